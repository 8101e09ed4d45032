"""CRC-32C (RFC 3720), which the segment files have over every frame. `plain` is the rule, a byte at a time; `crc32c`
gives the same and is several times faster where there are more than some bytes.
"""
import functools

POLYNOMIAL = 0x82F63B78  # in all numbers here the lowest bit is the highest power of x
SHORT = 128              # bytes, for which `plain` is as fast


def times_x(value):
    """Modulo the polynomial."""
    return value >> 1 ^ (POLYNOMIAL if value & 1 else 0)


def power_of_x(exponent, value=0x80000000):
    for _ in range(exponent):
        value = times_x(value)
    return value


TABLE = [power_of_x(8, byte) for byte in range(256)]


def plain(data, crc=0xFFFFFFFF):
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


@functools.lru_cache(None)
def shifts_for(bits):
    power = power_of_x(bits)
    return [shift for shift in range(32) if power >> shift & 1]


def crc32c(data):
    """All of the data is one number: Python shifts and adds long ones fast. Its beginning, of `bits` bits, is so much
    times x**bits: it is taken away and multiplied by what that power is modulo the polynomial, which has 32 bits."""
    number, size = int.from_bytes(data, "little"), 8 * len(data)
    if size <= 8 * SHORT:
        return plain(data)
    number ^= 0xFFFFFFFF
    while size > 8 * SHORT:
        step = 8 << (size // 16 - 4).bit_length() - 1  # a power of two, so that few powers of x are wanted
        bits = step + 31
        beginning = number & (1 << bits) - 1
        number = number >> bits << 31
        for shift in shifts_for(bits):
            number ^= beginning << shift
        size -= step
    return plain(number.to_bytes(size // 8, "little"), 0)
