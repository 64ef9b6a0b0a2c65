"""The style of a trial's pages, beside what every page shares."""

from __future__ import annotations

from dure.core.pages.style import STYLE as SHARED
from dure.core.pages.style import SWITCH

STYLE = (
    SHARED
    + SWITCH
    + """
.grid.wide{grid-template-columns:repeat(auto-fill,minmax(min(440px,100%),1fr))}
.marking{border:2px solid var(--ink);border-radius:8px;padding:6px 12px;margin:16px 0 0;font-weight:650;
font-size:14px;display:inline-block}
.intervals,.curve{width:100%;height:auto;margin:10px 0 4px}
.intervals,.curve{max-width:520px}
.intervals text,.curve text{font-size:13px;fill:var(--ink);paint-order:stroke;stroke:var(--paper);
stroke-width:4px;stroke-linejoin:round}
.intervals .tick,.curve .tick{font-size:12px;fill:var(--soft);text-anchor:middle}
.curve .tick.side{text-anchor:end}
.own line,.own polyline{stroke:var(--accent);stroke-width:3;fill:none}
.own circle{fill:var(--accent)}
.base line{stroke:#6b7683;stroke-width:3}
.base circle{fill:#6b7683}
.over line{stroke:var(--good);stroke-width:3}
.over circle{fill:var(--good)}
.over.unsure line{stroke:var(--warn)}
.over.unsure circle{fill:var(--warn)}
.mark{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 4}
.axis-line{stroke:#9aa4af;stroke-width:1}
.grid-line{stroke:var(--line);stroke-width:1}
.grid+.card,.card+.card.scroll{margin-top:14px}
.scroll+.soft{margin-top:8px}
.many td,.many th{overflow-wrap:normal}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.word{font-weight:650}
.word.sure{color:var(--good)}
.word.unsure{color:var(--warn)}
.hidden{color:var(--soft);font-style:italic}
.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
.evidence td:first-child{white-space:nowrap;color:var(--soft)}
@media (max-width:560px){body{font-size:15px}main,header,footer{padding-left:16px;padding-right:16px}
h1{font-size:24px}h2{font-size:20px;margin-top:36px}.verdict{padding:18px;gap:14px}.verdict h2{font-size:21px}
.icon{width:40px;height:40px}.evidence td:first-child{white-space:normal}
.intervals text,.curve text{font-size:16px}.intervals .tick,.curve .tick{font-size:15px}
.many{min-width:620px}.evidence td,.evidence th{display:block;padding:2px 10px}
.evidence td:first-child{border-bottom:0}}
@media print{body{font-size:11pt}h2{margin-top:20px;break-after:avoid}.verdict,svg,tr{break-inside:avoid}
details>*{display:block}.scroll{overflow:visible}}
"""
)
