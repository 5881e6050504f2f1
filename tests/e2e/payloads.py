"""Texts that want to be run: as script, as markup, as a template, as SQL or as a formula."""

from __future__ import annotations

from itertools import islice, product

_RUN = "window.__ran=1"
_SCRIPTS = (
    "<script>{run}</script>",
    "<ScRiPt >{run}</sCrIpT>",
    "<script src=data:text/javascript,{run}></script>",
    "<img src=x onerror={run}>",
    '<img src="x" onerror="{run}">',
    "<svg onload={run}>",
    "<svg/onload={run}//",
    "<svg><script>{run}</script></svg>",
    "<body onload={run}>",
    "<details open ontoggle={run}>",
    "<video><source onerror={run}></video>",
    "<iframe srcdoc='<script>parent.__ran=1</script>'>",
    "<iframe src=javascript:parent.__ran=1>",
    "<a href=javascript:{run}>x</a>",
    "<form><button formaction=javascript:{run}>x</button></form>",
    "<math><mi xlink:href=javascript:{run}>x</mi></math>",
    "<style>@import 'javascript:{run}'</style>",
    "<link rel=stylesheet href=javascript:{run}>",
    "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<input autofocus onfocus={run}>",
    "<marquee onstart={run}>x</marquee>",
    "<object data=javascript:{run}></object>",
    "<embed src=javascript:{run}>",
    "javascript:{run}",
    "{{{{constructor.constructor('{run}')()}}}}",
    "${{{run}}}",
    "{{{{7*7}}}}{{% raise %}}",
    '#eval("{run}") #import "x.typ" $x$ #[*b*]',
    '=HYPERLINK("javascript:{run}")',
    "&lt;script&gt;{run}&lt;/script&gt;",
)
_BEFORE = tuple("""| "> | '> |</textarea>|</title>|</script>|--><!-- -->|]]>|\u202e|％3C|\\" """.split("|"))
_SQL = (
    "' OR '1'='1",
    "' OR 1=1 --",
    '" OR ""="',
    "'; DROP TABLE records; --",
    "'; UPDATE records SET name='x'; --",
    "'; DELETE FROM commits; --",
    "' UNION SELECT name, sql FROM sqlite_master --",
    "1; ATTACH DATABASE 'x.db' AS x; --",
    "') OR load_extension('x') --",
    "1 AND randomblob(1000000000)",
    "' || (SELECT password FROM accounts) || '",
    "%' ESCAPE '!' --",
    "\\'; SELECT pg_sleep(10); --",
    "1/0",
    "NULL) --",
    "CAST('x' AS INTEGER)",
    "$1",
    ":name",
    "?",
    "{{}}",
)
_AROUND = ("{}", " {}", "x{}", "{}x", "1{}", "甲{}", "{}/*", "/**/{}", "({})", "{};")


def scripts(count: int) -> list[str]:
    """Give so many texts that run where they are taken as anything but text."""
    made = (before + one.format(run=_RUN) for before, one in product(_BEFORE, _SCRIPTS))
    return list(islice(made, count))


def sql(count: int) -> list[str]:
    """Give so many texts that mean something where they are spliced into a statement."""
    made = (around.format(one) for around, one in product(_AROUND, _SQL))
    return list(islice(made, count))
