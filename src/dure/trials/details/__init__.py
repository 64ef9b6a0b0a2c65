"""What a result may tell beside its figures: p, calibration, robustness, subgroups, resource use."""
