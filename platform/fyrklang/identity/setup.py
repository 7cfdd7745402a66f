"""Laying in the issuer an installation begins with: its own by settings, else the demo's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import create_engine, text

from fyrklang.identity import demo_people
from fyrklang.identity.issuers import SWEDISH_LEVELS, UNAGREED_LEVEL, Issuer, register, seal
from fyrklang.identity.network import check_address
from fyrklang.kernel.config import Config

OWN_ID = "standard"


@dataclass(frozen=True)
class OwnIssuer:
    """What `FYRKLANG_OIDC_ISSUER`, `…_CLIENT_ID` and `…_CLIENT_SECRET` say. No secret: a public client."""

    address: str
    client_id: str
    client_secret: str = ""


def lay_in(config: Config, *, own: OwnIssuer | None = None, demo_address: str = "") -> int:
    """Register the issuer and, where the demo is on, its people; returns how many. Safe to repeat.

    An issuer by settings takes the demo issuer's place: the invented people then log in there, known by the
    same `sub`, and every organisation in the register may log in at it.

    Raises:
        LoginRefused: the address is neither https nor on this machine.
    """
    if own is not None:
        issuer = _own(config, own)
        check_address(issuer.issuer, loopback=issuer.loopback)
        _replace_demo(config, issuer)
        return demo_people.ensure(config, issuer) if config.demo else 0
    if config.demo and demo_address:
        return demo_people.ensure(config, demo_people.demo_issuer(config, demo_address))
    return 0


def _own(config: Config, own: OwnIssuer) -> Issuer:
    return Issuer(
        id=OWN_ID,
        name="Organisationens inloggning",
        issuer=own.address,
        client_id=own.client_id,
        auth_method="client_secret_basic" if own.client_secret else "none",
        secret_sealed=seal(config, OWN_ID, own.client_secret) if own.client_secret else None,
        # Only invented people are let in at level 3 without the issuer having said so.
        loa_map={"*": demo_people.DEMO_LEVEL if config.demo else UNAGREED_LEVEL, **SWEDISH_LEVELS},
    )


def _replace_demo(config: Config, issuer: Issuer) -> None:
    engine = create_engine(config.url_for("migrator"))
    try:
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE registry.issuer SET enabled = false WHERE id = :demo AND issuer <> :own"),
                {"demo": demo_people.ISSUER_ID, "own": issuer.issuer},
            )
            register(connection, issuer)
            connection.execute(
                text(
                    "INSERT INTO registry.organisation_issuer (organisation_id, issuer_id) "
                    "SELECT id, :own FROM registry.organisation WHERE NOT synthetic ON CONFLICT DO NOTHING"
                ),
                {"own": issuer.id},
            )
    finally:
        engine.dispose()
