"""Demo content that looks like a living hub: written in TOML, drawn and filmed by code.

What is there stays as it is: a run adds what is missing and nothing else. Each part is stored in
a transaction of its own, so that a run cut off anywhere is completed by the next.
"""

from .accounts import ACCOUNTS, PASSWORD, AccountsRefused, account_lines
from .load import load_demo

__all__ = ["ACCOUNTS", "PASSWORD", "AccountsRefused", "account_lines", "load_demo"]
