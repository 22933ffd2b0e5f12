"""What is kept once for all jobs of a tenant, and what each job has of it: the same in every ChromaDB.

Passages belong to a version of a page (`rows`); a job's claim on a version is one row of a second, small collection.
Claims come before passages and go after them, so that whatever is cut off leaves claims by which the same call, made
again, finds what it has to mend.

Only on a server can two calls happen at once. At worst one host deletes the last job that had a version while another
adds a job that has it too: the new claim stays without (some of) its passages, which the search then does not find.
`source` gives what is there, as not `whole`, or None; the page is read again, and an upsert of it by any job of the
tenant brings all back.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from actors.domain.documents import Match
from actors.services.embeddings.base import Vectors
from actors.services.vectors.base import Kept
from actors.services.vectors.collections import (
    Collection,
    Database,
    Found,
    MadeBy,
    claims_name,
    existing,
    fitting,
    make_fitting,
)
from actors.services.vectors.rebuilding import rebuild
from actors.services.vectors.rows import Claim, Name, Parcel, Piece, Row, matches, name_of, old_row, read

CLAIMS_HNSW = {"space": "l2", "ef_construction": 1, "max_neighbors": 2}
"""Nobody asks for claims by likeness; a collection indexes them all the same."""


async def upsert(database: Database, tenant: str, wanted: MadeBy, parcel: Parcel) -> None:
    """See `base.VectorStore.upsert`: the job's claims, then the passages that are not there yet."""
    if not parcel.claims:
        return
    passages = await make_fitting(database, tenant, wanted)
    claims = await database.make(claims_name(tenant), None, CLAIMS_HNSW)
    held = {claim.name: claim for claim in _claims(await claims.get({"job": parcel.job}))}
    new = [claim for claim in parcel.claims if held.get(claim.name) != claim]
    if new:
        rows = [claim.model_dump() for claim in new]
        await claims.put([claim.name.id for claim in new], rows, np.zeros((len(new), 1), np.float32))
    there = await passages.there(parcel.ids)
    missing = [at for at, row_id in enumerate(parcel.ids) if row_id not in there]
    if missing:
        ids, rows = [parcel.ids[at] for at in missing], [parcel.rows[at] for at in missing]
        await passages.put(ids, rows, parcel.vectors[missing])
    now, sources = {claim.name for claim in parcel.claims}, {claim.source for claim in parcel.claims}
    await _forget(passages, claims, {name for name in held if name.source in sources} - now)


async def search(
    database: Database, tenant: str, wanted: MadeBy, vector: Vectors, limit: int, but: str | None
) -> list[Match]:
    """See `base.VectorStore.search`; a passage is told once, as the newest job has it."""
    passages, claims = await fitting(database, tenant, wanted), await database.find(claims_name(tenant))
    if passages is None:
        return []
    found = await passages.near(vector, limit, await _not_of(but, passages, claims) if but else None)
    versions = {str(each.values["version"]) for each in found if "version" in each.values}
    names = sorted(name for name in await _of_versions(claims, versions) if name.job != but)
    newest = {name.version: name.id for name in names}
    picked = _claims(await claims.pick(list(newest.values()))) if claims and newest else []
    of_version = {claim.version: claim for claim in picked}
    rows = ((_row(each, of_version.get(str(each.values.get("version")))), each.distance) for each in found)
    return matches([(row, distance) for row, distance in rows if row])


async def source(database: Database, tenant: str, job_id: str, source_id: str) -> Kept | None:
    """See `base.VectorStore.source`."""
    passages, claims = await existing(database, tenant), await database.find(claims_name(tenant))
    if passages is None:
        return None
    which = {"$and": [{"job": job_id}, {"source": source_id}]}
    for claim in _claims(await claims.get(which)) if claims else []:
        rows = [_row(each, claim) for each in await passages.get({"version": claim.version})]
        if kept := rebuild([row for row in rows if row]):
            return kept
    return rebuild([row for each in await passages.get(which) if (row := _row(each, None))])


async def delete(database: Database, tenant: str, job_id: str) -> None:
    """See `base.VectorStore.delete`: the versions that no other job has, then the claims."""
    passages, claims = await existing(database, tenant), await database.find(claims_name(tenant))
    if passages is not None:
        await passages.delete({"job": job_id})
    if claims is not None:
        await _forget(passages, claims, await _of_job(claims, job_id))


async def _forget(passages: Collection | None, claims: Collection, given_up: set[Name]) -> None:
    """Take back claims, and drop the versions on which there is no other."""
    if not given_up:
        return
    versions = {name.version for name in given_up}
    others = set(await _of_versions(claims, versions)) - given_up
    alone = versions - {name.version for name in others}
    if passages is not None and alone:
        await passages.delete({"version": {"$in": sorted(alone)}})
    await claims.remove([name.id for name in given_up])


async def _not_of(job_id: str, passages: Collection, claims: Collection | None) -> dict[str, Any] | None:
    """The filter for what a job is not the only one to have; None if there is no need of one, which is much quicker."""
    own = {name.version for name in await _of_job(claims, job_id)} if claims else set()
    alone = own - {name.version for name in await _of_versions(claims, own) if name.job != job_id}
    parts: list[dict[str, Any]] = []
    if await passages.ids({"job": job_id}, limit=1):
        parts.append({"job": {"$ne": job_id}})
    if alone:
        parts.append({"version": {"$nin": sorted(alone)}})
    return {"$and": parts} if len(parts) > 1 else next(iter(parts), None)


async def _of_job(claims: Collection, job_id: str) -> set[Name]:
    return {name_of(row_id) for row_id in await claims.ids({"job": job_id})}


async def _of_versions(claims: Collection | None, versions: set[str]) -> list[Name]:
    if claims is None or not versions:
        return []
    return [name_of(row_id) for row_id in await claims.ids({"version": {"$in": sorted(versions)}})]


def _claims(found: Sequence[Found]) -> list[Claim]:
    return [claim for each in found if (claim := read(Claim, each.values))]


def _row(found: Found, claim: Claim | None) -> Row | None:
    """The passage as the claim has it, or as an old row tells it; None where it is nobody's."""
    if "version" not in found.values:
        return old_row(found.values, found.document)
    piece = read(Piece, found.values.get("told"))
    return claim.of(piece) if claim and piece else None
