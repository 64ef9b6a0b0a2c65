"""One HTML page that a person can open: what was done, what was checked, and how to check again."""

from __future__ import annotations

from html import escape
from pathlib import Path

from demo.stage import Chapter, Check, Link, Rows, Sentence, Stage, say

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--ok:#116329;--no:#a40e26;--link:#0a58ca;--paper:#fff;--band:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9ba6b2;--line:#30363d;--ok:#56d364;--no:#ff7b72;--link:#79b8ff;--paper:#0d1117;--band:#161b22}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,"Noto Sans KR","Noto Sans CJK KR","NanumGothic",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem 4rem}h1{font-size:1.7rem;line-height:1.25;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.4rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--line)}
p{margin:.4rem 0}a{color:var(--link)}.soft{color:var(--soft)}.verdict{padding:.8rem 1rem;border-left:4px solid var(--ok);background:var(--band);font-weight:600}.verdict.no{border-color:var(--no)}
ul.checks{list-style:none;margin:.6rem 0;padding:0}ul.checks li{padding:.15rem 0 .15rem 1.7rem;text-indent:-1.7rem}.yes::before{content:"✓ ";color:var(--ok);font-weight:700;display:inline-block;width:1.7rem;text-indent:0}.not::before{content:"✗ ";color:var(--no);font-weight:700;display:inline-block;width:1.7rem;text-indent:0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.6rem 0;font-size:.92rem}caption{text-align:left;color:var(--soft);padding-bottom:.2rem}th,td{text-align:left;vertical-align:top;padding:.3rem .7rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}th{background:var(--band)}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{background:var(--band);padding:.8rem;overflow-x:auto}
"""


def write_page(stage: Stage, path: Path, commands: list[str]) -> None:
    """Write the evidence page; it needs nothing but itself."""
    held = stage.checks_failed == 0
    verdict = (
        say(
            f"All {stage.checks_held} checks held.",
            f"점검 {stage.checks_held}건이 모두 통과했습니다.",
        )
        if held
        else say(
            f"{stage.checks_failed} checks failed.", f"점검 {stage.checks_failed}건이 실패했습니다."
        )
    )
    title = say("dure: evidence of the demonstration", "두레: 시연 증거")
    body = "".join(_chapter(i, chapter, path.parent) for i, chapter in enumerate(stage.chapters, 1))
    check = say("Check it yourself", "직접 확인하기")
    page = f"""<!doctype html>
<html lang="{say("en", "ko")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>
<h1>{escape(title)}</h1>
<p class="soft">{escape(say("Three invented agencies, the real flights of 2013 from New York City, one hostile algorithm.", "가상의 세 기관, 실제 2013년 뉴욕 출발 비행 기록, 그리고 적대적 알고리즘 하나."))}</p>
<p class="verdict{"" if held else " no"}">{escape(verdict)}</p>
{body}
<h2>{escape(check)}</h2><pre tabindex="0">{escape(chr(10).join(commands))}</pre>
</main></body></html>
"""
    path.write_text(page, encoding="utf-8")


def _chapter(number: int, chapter: Chapter, folder: Path) -> str:
    parts = []
    for part in chapter.parts:
        match part:
            case Sentence(text):
                parts.append(f"<p>{escape(text)}</p>")
            case Check(held, text):
                kind = "yes" if held else "not"
                parts.append(f'<ul class="checks"><li class="{kind}">{escape(text)}</li></ul>')
            case Link(file, text):
                place = escape(file.relative_to(folder).as_posix())
                parts.append(f'<p><a href="{place}">{escape(text)}</a></p>')
            case Rows():
                parts.append(_table(part))
    return (
        f"<section><h2>{number}. {escape(chapter.title)}</h2>{''.join(parts)}"
        f'<p class="soft">{chapter.seconds:.1f} s</p></section>'
    )


def _table(table: Rows) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    return f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
