"""From the name of an Arrow type, as a document writes it, to the type."""

from __future__ import annotations

import re
import zoneinfo

import pyarrow as pa

_PLAIN = {
    str(kind): kind
    for kind in (
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        *(pa.float32(), pa.float64(), pa.bool_(), pa.string(), pa.date32()),
        *(pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")),
        *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns")),
    )
}
_ZONED = re.compile(r"timestamp\[(s|ms|us|ns), tz=([A-Za-z0-9_/+:-]{1,40})\]")
_OFFSET = re.compile(r"[+-]([01][0-9]|2[0-3]):[0-5][0-9]")
_DECIMAL = re.compile(r"decimal128\(([0-9]{1,2}), ([0-9]{1,2})\)")
_MOST_DIGITS = 38


def arrow_type(name: str) -> pa.DataType:
    """Return the type of that name.

    Raises
    ------
    ValueError
        For a type that no column of a data set has.

    Examples
    --------
    >>> arrow_type("timestamp[us, tz=Asia/Seoul]"), arrow_type("decimal128(9, 2)")
    (TimestampType(timestamp[us, tz=Asia/Seoul]), Decimal128Type(decimal128(9, 2)))
    """
    if name in _PLAIN:
        return _PLAIN[name]
    if zoned := _ZONED.fullmatch(name):
        unit, zone = zoned.groups()
        if not _OFFSET.fullmatch(zone):
            try:
                zoneinfo.ZoneInfo(zone)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError("an unknown time zone") from error
        return pa.timestamp(unit, zone)
    if decimal := _DECIMAL.fullmatch(name):
        digits, scale = int(decimal[1]), int(decimal[2])
        if 1 <= digits <= _MOST_DIGITS and scale <= digits:
            return pa.decimal128(digits, scale)
    raise ValueError("an unknown type")
