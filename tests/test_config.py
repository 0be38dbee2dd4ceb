from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from auditor.cli.wiring import configured_policies
from auditor.config import Config, GoogleTenant, MicrosoftTenant, load
from auditor.config_google import GoogleSubjects
from auditor.config_sections import People
from auditor.errors import ConfigurationError, PolicyError
from auditor.facts import Tier
from auditor.models import Severity

REPOSITORY = Path(__file__).parent.parent

SMALLEST = """\
organisation: Rivera for Senate
tenants:
  - id: workspace
    connector: google_workspace
    admin: it@rivera.example
    credentials: {key_file: google.json}
"""
MICROSOFT = """\
organisation: Rivera for Senate
tenants:
  - id: microsoft
    connector: microsoft_365
    tenant_id: 00000000-0000-0000-0000-00000000000A
    client_id: 11111111-1111-1111-1111-111111111111
    credentials: {certificate_file: microsoft.pem}
"""
PLANTED = "hunter2~Q8"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_text(text: str) -> Path:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def refusals(path: Path) -> list[str]:
    """Return the problems of a file as text, without the name of the file."""
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def refusal(path: Path) -> str:
    (only,) = refusals(path)
    return only


def google(config: Config) -> GoogleTenant:
    (tenant,) = config.tenants
    assert isinstance(tenant, GoogleTenant)
    return tenant


def microsoft(config: Config) -> MicrosoftTenant:
    (tenant,) = config.tenants
    assert isinstance(tenant, MicrosoftTenant)
    return tenant


def test_the_example_is_a_configuration() -> None:
    config = load(REPOSITORY / "config.example.yaml")
    assert [tenant.connector for tenant in config.tenants] == ["google_workspace", "microsoft_365"]
    assert config.tiers["ana.rivera@rivera-campaign.example"] == "principal"
    assert config.policies.params == {"mail.rule.no-external-forwarding": {"trusted_domains": ["partner.example"]}}
    assert (config.schedule.time_zone, config.daemon.port) == ("America/New_York", 9109)
    assert config.mail
    assert config.mail.principal


@pytest.mark.parametrize("line", ["alerts: {to", "ping: {file", "exemptions: exemptions.yaml"])
def test_what_the_example_proposes_can_be_taken(write: Write, line: str) -> None:
    example = (REPOSITORY / "config.example.yaml").read_text(encoding="utf-8")
    assert f"# {line}" in example
    load(write(example.replace(f"# {line}", line)))


def test_the_smallest_configuration_has_careful_defaults(write: Write) -> None:
    config = load(write(SMALLEST))
    assert google(config).customer == "my_customer"
    assert google(config).endpoints == {}
    assert config.policies.packs == ("baseline",)
    assert config.fail_on is Severity.LOW
    assert (config.reading.threads, config.reading.minutes) == (16, 30)
    assert config.tiers == {}
    assert not microsoft(load(write(MICROSOFT))).items


ADMIN = "    admin: it@rivera.example\n"


def test_one_administrator_serves_all_roles_or_each_has_its_own(write: Write) -> None:
    named = google(load(write(SMALLEST.replace(ADMIN, "    subjects: {directory: A@x.example, users: false}\n"))))
    assert named.admin is None
    assert named.subjects == GoogleSubjects(directory="a@x.example", policies=None, users=False)
    assert google(load(write(SMALLEST))).subjects is None


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "3:5: exactly one of 'admin' and 'subjects' is needed (Write admin: ADDRESS"),
        (ADMIN + "    subjects: {policies: a@x.example}\n", "3:5: exactly one of 'admin' and 'subjects' is needed"),
        ("    subjects: {}\n", "5:15: at least one of 'directory' and 'policies' is needed"),
        ("    subjects: {users: true}\n", "5:15: at least one of 'directory' and 'policies' is needed"),
        ("    subjects: {directori: a@x.example}\n", "5:16: unknown key 'directori' (Did you mean 'directory'?)"),
        ("    subjects: {policies: ana}\n", "5:26: this is no e-mail address"),
    ],
)
def test_whoever_reads_in_google_workspace_is_named_once(write: Write, written: str, problem: str) -> None:
    assert refusal(write(SMALLEST.replace(ADMIN, written))).startswith(problem)


KEYLESS = "{service_account: A@p.iam.gserviceaccount.com, client_id: 104857600000000000001}"


def test_a_sign_in_without_a_key_names_the_service_account_and_its_id(write: Write, tmp_path: Path) -> None:
    written = KEYLESS.replace("A@", "a@")
    keyless = google(load(write(SMALLEST.replace("key_file: google.json", f"keyless: {written}")))).credentials.keyless
    assert keyless is not None
    assert (keyless.service_account, keyless.client_id) == ("a@p.iam.gserviceaccount.com", "104857600000000000001")
    assert keyless.federation_file is None
    quoted = written.replace("104857600000000000001", "'104857600000000000001', federation_file: f.json")
    federated = google(load(write(SMALLEST.replace("key_file: google.json", f"keyless: {quoted}")))).credentials.keyless
    assert federated is not None
    assert federated.client_id == keyless.client_id
    assert federated.federation_file == tmp_path / "f.json"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{}", "6:18: exactly one of 'key_file' and 'keyless' is needed (Use keyless if you can"),
        (
            f"{{key_file: k, keyless: {KEYLESS.replace('A@', 'a@')}}}",
            "6:18: exactly one of 'key_file' and 'keyless' is",
        ),
        ("{keyless: true}", "6:28: this must be keys with values"),
        ("{keyless: {client_id: 104857600000000000001}}", "6:28: 'service_account' is missing"),
        (f"{{keyless: {KEYLESS}}}", "6:46: this is no address of a service account (Copy it from"),
        ("{keyless: {service_account: a@p.iam.gserviceaccount.com, client_id: 1.5}}", "6:86: this must be text"),
        ("{keyless: {service_account: a@p.iam.gserviceaccount.com, client_id: x}}", "6:86: this is no unique id"),
        (
            "{keyless: {service_acount: a@p.iam.gserviceaccount.com, client_id: 104857600000000000001}}",
            "6:28: 'service_a",
        ),
    ],
)
def test_what_signs_in_to_google_is_named_once_and_whole(write: Write, written: str, problem: str) -> None:
    assert refusals(write(SMALLEST.replace("{key_file: google.json}", written)))[0].startswith(problem)


def test_a_configuration_does_not_change(write: Write) -> None:
    config = load(write(SMALLEST))
    with pytest.raises(ValueError, match="frozen"):
        config.fail_on = Severity.HIGH
    assert config == load(write(SMALLEST))


def test_relative_paths_start_from_the_folder_of_the_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(
        SMALLEST.replace("google.json", "keys/google.json") + "policies: {packs: [baseline, ./ours, /theirs]}\n"
    )
    monkeypatch.chdir(tmp_path.parent)
    for given in (path, path.relative_to(tmp_path.parent)):
        config = load(given)
        assert google(config).credentials.key_file == tmp_path / "keys" / "google.json"
        assert config.policies.packs == ("baseline", tmp_path / "ours", Path("/theirs"))


def test_a_path_may_begin_at_home(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    assert google(load(write(SMALLEST.replace("google.json", "~/g.json")))).credentials.key_file == Path(
        "/home/ana/g.json"
    )
    assert "means nobody's home" in refusal(write(SMALLEST.replace("google.json", "~nobody-of-this-name/g.json")))


def test_addresses_domains_and_ids_are_lower_case_afterwards(write: Write) -> None:
    endpoints = "    endpoints: {GMAIL.googleapis.com: 'http://127.0.0.1:8400/gmail.googleapis.com/'}\n"
    config = load(write(SMALLEST.replace("it@", "IT@") + endpoints + "people: {finance: [Ben@Rivera.Example]}\n"))
    assert google(config).admin == "it@rivera.example"
    assert google(config).endpoints == {"gmail.googleapis.com": "http://127.0.0.1:8400/gmail.googleapis.com"}
    assert config.tiers == {"ben@rivera.example": "finance"}
    assert microsoft(load(write(MICROSOFT))).tenant_id.endswith("a")


def test_all_mistakes_are_told_at_once_at_their_places(write: Write) -> None:
    text = """\
organisation: ""
tenant: 3
tenants:
  - id: Work Space
    connector: google_workspace
    admin: nobody
    credentials: {key_fiel: google.json}
  - id: a
    connector: microsoft_365
    tenant_id: 1234
    client_id: 11111111-1111-1111-1111-111111111111
    credentials: {}
    items: yes
  - {id: a, connector: google_workspac}
people:
  principal: [ana@rivera.example, Ana Rivera]
  finanse: []
  finance:
    - ben@rivera.example
    - ANA@rivera.example
policies: {packs: [], params: {mail: 3}}
fail_on: hihg
reading: {threads: 65, minutes: "30"}
"""
    assert [problem.partition(" (")[0] for problem in refusals(write(text))] == [
        "1:15: this is no name",
        "2:1: unknown key 'tenant'",
        "4:9: this is no short name",
        "6:12: this is no e-mail address",
        "7:19: unknown key 'key_fiel'",
        "10:16: this must be text",
        "12:18: exactly one of 'certificate_file', 'secret', 'assertion_file' and 'managed_identity' is needed",
        "13:12: this must be true or false",
        "14:5: google_workspac is not one of 'google_workspace', 'microsoft_365'",
        "14:10: another tenant has this id",
        "16:35: this is no e-mail address",
        "17:3: unknown key 'finanse'",
        "20:7: this person is in 'principal' already",
        "21:19: this list is empty, so nothing would be audited",
        "21:38: this must be keys with values",
        "22:10: 'hihg' is not one of 'low', 'medium', 'high' or 'critical'",
        "23:20: this must be at most 64",
        "23:33: this must be a whole number",
    ]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("organization", "organisation"), ("fail-on", "fail_on"), ("peple", "people"), ("policy", "policies")],
)
def test_an_unknown_key_is_answered_with_the_one_that_was_meant(write: Write, wrong: str, meant: str) -> None:
    assert f"unknown key '{wrong}' (Did you mean '{meant}'?)" in refusals(write(f"{SMALLEST}{wrong}: x\n"))[-1]


def test_a_key_of_the_other_vendor_is_unknown(write: Write) -> None:
    assert "unknown key 'items'" in refusal(write(SMALLEST + "    items: true\n"))


@pytest.mark.parametrize(
    "content", ["", "# nothing\n", "[]\n", "text\n", "organisation: a\norganisation: b\n", "a: &x 1\n"]
)
def test_a_file_that_holds_no_configuration_is_refused(write: Write, content: str) -> None:
    assert refusals(write(content))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8400",
        "http://127.0.0.1:8400/gmail.googleapis.com",
        "http://localhost:1",
        "http://[::1]:65535/a/b",
        "https://127.0.0.1",
        "https://localhost:8443",
    ],
)
def test_endpoints_may_lead_to_this_machine(write: Write, address: str) -> None:
    config = load(write(f"{SMALLEST}    endpoints: {{x.example: '{address}'}}\n"))
    assert google(config).endpoints == {"x.example": address}


@pytest.mark.parametrize(
    "address",
    [
        "https://gmail.googleapis.com",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1:80@evil.example:80",
        "http://127.0.0.1:80\\@evil.example",
        "http://user:password@127.0.0.1:80",
        "http://127.0.0.1.evil.example:80",
        "http://localhost.evil.example:80",
        "http://evil.example:80/127.0.0.1",
        "http://127.1:80",
        "http://2130706433:80",
        "http://0.0.0.0:80",
        "http://127.0.0.1:80/../x",
        "http://127.0.0.1:80/?next=x",
        "http://127.0.0.1:80#x",
        "http://127.0.0.1:80/%2e%2e",
        "http://127.0.0.1:٨٠",
        "ftp://127.0.0.1:80",
        "file:///etc/passwd",
        "//127.0.0.1:80",
        "127.0.0.1:80",
        " http://127.0.0.1:80",
        "",
    ],
)
def test_endpoints_that_may_lead_elsewhere_are_refused(write: Write, address: str) -> None:
    assert "tokens with it" in refusal(write(f"{SMALLEST}    endpoints: {{x.example: '{address}'}}\n"))


@pytest.mark.parametrize(
    "address",
    [
        "ana",
        "ana@",
        "@rivera.example",
        "ana@rivera",
        "ana@-rivera.example",
        "ana@rivera..example",
        "ana rivera@rivera.example",
        "Ana <ana@rivera.example>",
        "ana@rivera.example,ben@rivera.example",
        "ana@rivera.example ",
        "ana@@rivera.example",
        "a..b@rivera.example",
        "änä@rivera.example",
        "ana@r\u0131vera.example",
        "a" * 250 + "@x.example",
    ],
)
def test_what_is_no_address_is_refused(write: Write, address: str) -> None:
    problem = refusal(write(f"{SMALLEST}people: {{principal: ['{address}']}}\n"))
    assert problem.startswith("7:22: ")


@pytest.mark.parametrize(
    "address", ["a.b+c@x-y.example", "ben_gmail.com#EXT#@rivera.onmicrosoft.com", "o'neill@x.example"]
)
def test_unusual_addresses_are_addresses(write: Write, address: str) -> None:
    quoted = address.replace("'", "''")
    assert load(write(f"{SMALLEST}people: {{outside: ['{quoted}']}}\n")).tiers == {address.lower(): "outside"}


@pytest.mark.parametrize("one", ["Workspace", "a b", "-a", "a--b", "a_b", "ä", "../a", "a\\n"])
def test_what_is_no_short_name_is_refused_as_an_id(write: Write, one: str) -> None:
    assert "no short name" in refusal(write(SMALLEST.replace("id: workspace", f'id: "{one}"', 1)))


@pytest.mark.parametrize("pair", list(combinations(get_args(Tier), 2)))
def test_nobody_stands_in_two_tiers(write: Write, pair: tuple[Tier, Tier]) -> None:
    first, second = pair
    people = f"people:\n  {first}: [ana@rivera.example]\n  {second}: [ben@rivera.example, ANA@rivera.example]\n"
    problem = refusal(write(SMALLEST + people))
    assert re.match(rf"9:\d+: this person is in '{first}' already", problem)


def test_every_tier_can_be_configured() -> None:
    assert tuple(People.model_fields) == (*get_args(Tier), "units", "groups", "links")


def test_a_unit_gives_its_tier_to_everybody_in_it(write: Write) -> None:
    config = load(write(SMALLEST + "people:\n  units: {finance: [/Staff/Finance], volunteer: [/Field]}\n"))
    assert config.units == {"/Staff/Finance": "finance", "/Field": "volunteer"}


@pytest.mark.parametrize("path", ["Finance", "/Finance/", "//Finance", "/ Finance", ""])
def test_what_is_no_path_of_a_unit_is_refused(path: str, write: Write) -> None:
    text = SMALLEST + f'people:\n  units:\n    finance: ["{path}"]\n'
    assert "9:15: this is no path of an organisational unit" in refusal(write(text))


def test_no_unit_is_in_two_tiers(write: Write) -> None:
    text = SMALLEST + "people:\n  units:\n    finance: [/F]\n    staff: [/F]\n"
    assert "10:13: this unit is in 'finance' already" in refusal(write(text))


def test_a_link_has_two_addresses_at_least(write: Write) -> None:
    text = SMALLEST + "people:\n  links:\n    - [ana@a.example, Ana@b.example]\n"
    assert load(write(text)).people.links == (("ana@a.example", "ana@b.example"),)
    assert "9:7: too few entries: at least 2" in refusal(write(text.replace(", Ana@b.example", "")))


def test_no_two_tenants_share_an_id_even_on_one_line(write: Write) -> None:
    entry = "{id: a, connector: google_workspace, admin: it@x.example, credentials: {key_file: k}}"
    problem = refusal(write(f"organisation: x\ntenants: [{entry}, {entry}]\n"))
    assert "another tenant has this id (line 2)" in problem


def test_one_tenant_of_microsoft_is_not_read_twice(write: Write) -> None:
    again = MICROSOFT.partition("tenants:\n")[2].replace("id: microsoft", "id: again", 1).replace("00A", "00a")
    assert "another tenant has this tenant_id (line 5)" in refusal(write(MICROSOFT + again))


@pytest.mark.parametrize(
    "credentials",
    [
        f"{{secret: {PLANTED}}}",
        f"{{secret: {{env: {PLANTED}}}}}",
        f"{{secret: {{value: {PLANTED}}}}}",
        f"{{client_secret: {PLANTED}}}",
        f'{{certificate_file: "-----BEGIN PRIVATE KEY-----\\n{PLANTED}"}}',
        f"{{certificate_file: {{private_key: {PLANTED}}}}}",
        f"{PLANTED}",
        f"[{PLANTED}]",
    ],
)
def test_a_secret_written_out_is_refused_and_not_repeated(write: Write, credentials: str) -> None:
    path = write(MICROSOFT.replace("{certificate_file: microsoft.pem}", credentials))
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_a_secret_written_out_is_told_where_it_belongs(write: Write) -> None:
    problem = refusal(write(MICROSOFT.replace("{certificate_file: microsoft.pem}", f"{{secret: {PLANTED}}}")))
    assert problem == (
        "7:27: a secret stands in the configuration itself"
        " (Write {env: NAME} or {file: PATH} here, and make a new secret: this one has been written down.)"
    )


def test_a_secret_may_lie_in_a_variable_or_in_a_file(write: Write, tmp_path: Path) -> None:
    def secret(place: str) -> tuple[str | None, Path | None]:
        config = load(write(MICROSOFT.replace("certificate_file: microsoft.pem", f"secret: {{{place}}}")))
        found = microsoft(config).credentials.secret
        assert found is not None
        return found.env, found.file

    assert secret("env: AUDITOR_SECRET") == ("AUDITOR_SECRET", None)
    assert secret("file: here.secret") == (None, tmp_path / "here.secret")


@pytest.mark.parametrize("place", ["{}", "{env: A, file: b}", "{env: null}"])
def test_a_secret_lies_in_exactly_one_place(write: Write, place: str) -> None:
    path = write(MICROSOFT.replace("certificate_file: microsoft.pem", f"secret: {place}"))
    assert "exactly one of 'env' and 'file' is needed" in refusal(path)


@pytest.mark.parametrize("also", ["secret: {env: A}, certificate_file: a.pem", "secret: null"])
def test_an_app_proves_itself_in_exactly_one_way(write: Write, also: str) -> None:
    problem = refusal(write(MICROSOFT.replace("certificate_file: microsoft.pem", also)))
    assert "exactly one of 'certificate_file', 'secret', 'assertion_file' and 'managed_identity' is needed" in problem


@pytest.mark.parametrize("pack", ["Baseline", "base line", "''", "7", "null"])
def test_a_pack_is_a_name_or_a_folder(write: Write, pack: str) -> None:
    assert "neither the name of a pack nor a folder" in refusal(write(f"{SMALLEST}policies: {{packs: [{pack}]}}\n"))


def keys_of(annotation: object, prefix: str) -> Iterator[str]:
    """Yield the dotted keys that a document of the annotated type may have."""
    kind: Any = annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            key = f"{prefix}.{name}".removeprefix(".")
            yield key
            yield from keys_of(field.annotation, key)
    elif get_origin(kind) is Annotated:
        yield from keys_of(get_args(kind)[0], prefix)
    elif get_origin(kind) is dict:
        yield f"{prefix}.*"
        yield from keys_of(get_args(kind)[1], f"{prefix}.*")
    else:
        inner = f"{prefix}[]" if get_origin(kind) is tuple else prefix
        for argument in get_args(kind):
            yield from keys_of(argument, inner)


def test_every_key_is_documented_and_nothing_else() -> None:
    page = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == set(keys_of(Config, ""))


def test_the_defaults_on_the_page_are_the_defaults(write: Write) -> None:
    page = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    config = load(write(SMALLEST))
    for key, value in {
        "fail_on": config.fail_on,
        "reading.threads": config.reading.threads,
        "reading.minutes": config.reading.minutes,
        "tenants[].customer": google(config).customer,
    }.items():
        assert re.search(rf"^\| `{re.escape(key)}` \|[^|]+\| `{value}` \|", page, re.MULTILINE), key


def test_the_examples_on_the_page_are_configurations(write: Write) -> None:
    page = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    smallest, endpoints = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert load(write(smallest))
    assert google(load(write(f"{smallest}    {endpoints}"))).endpoints


def test_a_policy_that_does_not_exist_is_told_where_it_stands(write: Write) -> None:
    text = "policies: {params: {\n  mail.rule.no-external-forwardin: {},\n"
    text += "  mail.rule.no-external-forwarding: {trusted: 1}}}\n"
    config = load(write(SMALLEST + text))
    line = SMALLEST.count("\n") + 2
    with pytest.raises(PolicyError) as caught:
        configured_policies(config)
    places = [(Path(each.file).suffix, each.line, each.column) for each in caught.value.problems]
    assert places == [(".yaml", line, 3), (".yaml", line + 1, 38)]
    assert "Did you mean 'mail.rule.no-external-forwarding'?" in str(caught.value)
