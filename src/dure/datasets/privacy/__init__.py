"""Personal data: on which basis, for what, until when; no record, no way out of the agency.

A record (`record`) stands beside a data set and is a sealed asset of its own (`keeping`). Before
content leaves for another agency, or its label is lowered, the node looks for personal data and asks
for a record that stands (`guarding`). When its time is over, the operator has a request opened to
shred the data set (`expiry`); people vote, and the executor shreds (`shredding`).

Source
------
Personal Information Protection Act of the Republic of Korea (개인정보 보호법): article 15 (legal
bases), article 21 (destruction when the period is over), articles 28-2 to 28-5 (pseudonymised data).
"""
