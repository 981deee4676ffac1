"""How a person gets to the database with the migration's own Secret, and without a password on a command line."""

from __future__ import annotations

from generator import model
from generator.runbook import commands, markdown
from generator.runbook.markdown import Section

DIRECT = "Connect to the database"
FORWARDED = "Connect through a forwarded port"

PORT = 15432


def direct(service: model.Service) -> Section:
    secret = service.database.secret
    blocks = [
        f"As the migration's own role, from the Secret {markdown.code(secret.name)}. Nothing of it is printed or put"
        " on a command line; it is in this shell until you close it. `gen status` and goose find it in the"
        " environment.",
    ]
    names = ["GEN_DATABASE_URL"]
    if secret.keys is None:
        blocks.append(commands.secret_value(service, "GEN_DATABASE_URL", secret.dsn_key or ""))
        settings = ['GOOSE_DBSTRING="$GEN_DATABASE_URL"']
    else:
        parts = {
            "PGHOST": secret.keys.host,
            "PGPORT": secret.keys.port,
            "PGUSER": secret.keys.user,
            "PGPASSWORD": secret.keys.password,
            "PGDATABASE": secret.keys.database,
        }
        given = {name: key for name, key in parts.items() if key is not None}
        blocks += [commands.secret_value(service, name, key) for name, key in given.items()]
        names = list(given)
        settings = ["GEN_DATABASE_URL=postgres://", f"GOOSE_DBSTRING=application_name={service.name}-oncall"]
    bundle = service.runner.ca_bundle
    if bundle is not None:
        template = f'--output=go-template={{{{index .data "{bundle.key}"}}}}'
        line = commands.kubectl_line(service, "get", "configmap", bundle.name, template)
        path = f'"${{TMPDIR:-/tmp}}/{service.name}-ca.crt"'
        blocks += [markdown.sh(f"{line} > {path}"), markdown.sh(f"export PGSSLROOTCERT={path}")]
    blocks += [
        markdown.sh(f"export {' '.join(names)} {' '.join(settings)} GOOSE_DRIVER=postgres"),
        f"If the address is known only inside the cluster: {markdown.link(FORWARDED)}. Then",
        commands.typed("gen", "status", service.name),
        "shows what is applied and what is pending; in SQL:",
        markdown.sql(
            f"SELECT version_id, is_applied, tstamp\nFROM {service.table} ORDER BY id DESC LIMIT 10;"
        ),
    ]
    if secret.keys is None:
        blocks.append(
            "For SQL take the client that you always use, with its password in its own configuration:"
            ' `psql "$GEN_DATABASE_URL"` would show it in the list of processes.'
        )
    else:
        blocks += [
            "SQL, with the same variables:",
            commands.typed("psql", "--no-psqlrc", "--command=SELECT 1"),
        ]
    return Section(DIRECT, tuple(blocks))


def forwarded(service: model.Service) -> Section:
    local = f"127.0.0.1:{PORT}"
    if service.database.secret.keys is None:
        line = f"""GEN_DATABASE_URL="$(printf %s "$GEN_DATABASE_URL" | sed 's#@[^@/?]*#@{local}#')\""""
        use = [
            "In the first, before the `export`, replace the address in the URL:",
            markdown.sh(line),
            markdown.sh('export GEN_DATABASE_URL GOOSE_DBSTRING="$GEN_DATABASE_URL"'),
        ]
    else:
        use = ["In the first:", markdown.sh(f"export PGHOST=127.0.0.1 PGPORT={PORT}")]
    return Section(
        FORWARDED,
        (
            "In a second terminal, which stays open. It takes the Service, or the pod, of the database; yours may be"
            " called otherwise or be in another namespace:",
            markdown.sh("DATABASE=service/postgres"),
            markdown.sh(f'{commands.kubectl_line(service, "port-forward")} "$DATABASE" {PORT}:5432'),
            *use,
            "A server's certificate is for its own name: with `sslmode=verify-full` this fails; use `verify-ca`.",
        ),
    )
