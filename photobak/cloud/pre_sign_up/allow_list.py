"""Whose e-mail address may join from an identity provider that everybody has an account at. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AllowList:
    """Addresses, and domains that stand for all addresses in them; an empty list allows nobody."""

    addresses: frozenset[str]
    domains: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "AllowList":
        """Read ``ann@example.org, example.com``; upper and lower case are the same."""
        entries = {entry.strip().lower().removeprefix("@") for entry in text.split(",")} - {""}
        addresses = frozenset(entry for entry in entries if "@" in entry)
        return cls(addresses, frozenset(entries - addresses))

    def allows(self, email: str) -> bool:
        """Tell whether this address is listed, or its very domain; one inside a listed domain is another domain."""
        address = email.strip().lower()
        name, _, domain = address.rpartition("@")
        if not name or "@" in name or not address.isprintable() or " " in address:
            return False
        return address in self.addresses or domain in self.domains
