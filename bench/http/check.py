"""Whether two servers may be compared: both answer, before any clock starts, what
they must."""

from servers import ServerFault
from site_data import target

CHECKED = 64  # of the offsets


def check_pages(name, site, answers):
    """Answers of Muster: each the page that was asked for."""
    for offset, (status, fields, body) in zip(site.offsets, answers):
        if status != 200 or body != site.expected(offset):
            raise ServerFault(f"{name}: {target(offset)} has another answer than the rows give")
        _check_fields(name, fields, body)


def check_constant(name, constant, answers):
    """Answers of a constant: always the same bytes."""
    for status, fields, body in answers:
        if status != 200 or body != constant:
            raise ServerFault(f"{name}: does not answer with the bytes of the constant")
        _check_fields(name, fields, body)


def _check_fields(name, fields, body):
    if fields.get("content-length") != str(len(body)):
        raise ServerFault(f"{name}: Content-Length is {fields.get('content-length')}")


def check_fields(name, ours, peer):
    """The constant of a framework has the header fields that our adapter's answer has.
    Ours may have more, never fewer."""
    missing = sorted(peer.keys() - ours.keys())
    if missing:
        raise ServerFault(f"{name}: the constant has fields that ours lacks: {missing}")
    for field in ("content-type", "cache-control"):
        if ours[field] != peer.get(field):
            raise ServerFault(f"{name}: the constant's {field} is {peer.get(field)}")
    # Muster's has hexadecimal numbers without leading zeros.
    if abs(len(ours["etag"]) - len(peer.get("etag", ""))) > 4:
        raise ServerFault(f"{name}: the constant's etag is not as long as ours")


def check_group(servers, site):
    """Ours first, then those that have a constant; nginx has fields of its own."""
    targets = [target(offset) for offset in site.offsets[:CHECKED]]
    answers = {}
    for one in servers:
        with one as server:
            answers[one.name] = server.get(targets)
    ours, *peers = answers
    check_pages(ours, site, answers[ours])
    for peer in peers:
        check_constant(peer, site.constant.read_bytes(), answers[peer])
        if peer == f"{ours}_constant":
            check_fields(ours, answers[ours][0][1], answers[peer][0][1])
