"""Numbers of cards and bank accounts: how they are written, and their check digits.

The patterns are RE2. They match what is written as such a number is, unbroken or in the groups
that are printed on cards and statements, and none of the digits and words beside it: a time
before a card, the month in which it ends, the currency behind an account.
"""

# ISO/IEC 7812: 13 to 19 digits; the groups are 4-4-4-4, with three more of a longer number or of
# the code on the back, 4-6-5 and 4-6-4, and 4-3-3-3.
CARD_PATTERN = (
    r"\b(?:[2-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{3})?|3\d{3}[ -]\d{6}[ -]\d{4,5}"
    r"|4\d{3}(?:[ -]\d{3}){3}|[2-6]\d{12,18})\b"
)
_CARD_DIGITS = 16

# The lengths of the IBAN registry (ISO 13616), of the countries where most accounts are.
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19,
    "SK": 24, "TR": 26, "UA": 29,
}  # fmt: skip


def _of_length(length: int) -> str:
    """Return the pattern of the accounts with that many characters, in groups of four."""
    countries = "|".join(name for name, each in _IBAN_LENGTHS.items() if each == length)
    groups, rest = divmod(length - 4, 4)
    last = f" ?[A-Z0-9]{{{rest}}}" if rest else ""
    return f"(?:{countries})[0-9]{{2}}(?: ?[A-Z0-9]{{4}}){{{groups}}}{last}"


IBAN_PATTERN = rf"\b(?:{'|'.join(map(_of_length, sorted(set(_IBAN_LENGTHS.values()))))})\b"


def is_card(text: str) -> bool:
    """Tell whether a text is the number of a card, or one with the three digits of its back."""
    digits = "".join(filter(str.isdigit, text))
    return is_luhn(digits) or (len(digits) > _CARD_DIGITS and is_luhn(digits[:_CARD_DIGITS]))


def is_luhn(text: str) -> bool:
    """Tell whether the digits in a text end with the right check digit (ISO/IEC 7812-1)."""
    digits = [int(each) for each in reversed(text) if each.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether a text is an account number with the right check digits (ISO 7064, mod 97)."""
    number = text.replace(" ", "")
    if _IBAN_LENGTHS.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97 == 1
