"""The public register of förbund, kommuner and regions: files in `tenants/`, tables in `registry`.

The files are the truth. `load` reads and checks them, `plan` says what differs, `apply` lays them in
(as `migrator`), `export` writes them out again byte for byte. `read` has the look-ups.
"""

from fyrklang.tenancy.registry.faults import Fault, RegistryError
from fyrklang.tenancy.registry.load import load, uncanonical
from fyrklang.tenancy.registry.members import DerivedMember, derive_members
from fyrklang.tenancy.registry.records import Association, Registry, organisation_id, tenant_id
from fyrklang.tenancy.registry.sync import apply, export, is_applied, plan
from fyrklang.tenancy.registry.wording import Change

__all__ = [
    "Association",
    "Change",
    "DerivedMember",
    "Fault",
    "Registry",
    "RegistryError",
    "apply",
    "derive_members",
    "export",
    "is_applied",
    "load",
    "organisation_id",
    "plan",
    "tenant_id",
    "uncanonical",
]
