"""The report's own style, beside what every page shares."""

from __future__ import annotations

from dure.core.pages.style import STYLE as SHARED

STYLE = (
    SHARED
    + """
.histogram{width:100%;height:84px;margin:10px 0 2px}
.histogram rect{fill:var(--accent)}
.histogram .before{fill:#b9cbe0}
.histogram .now{fill:#174a85}
.histogram line{stroke:var(--soft);stroke-width:1}
.heat{max-width:100%}
.heat text{font-size:12px;fill:var(--ink)}
.heat .name{text-anchor:end}
.heat .head,.heat .value{text-anchor:middle}
.heat .light{fill:#fff}
.heat .up.s0{fill:#eef3f9}.heat .up.s1{fill:#cfdff0}.heat .up.s2{fill:#9cc0e4}
.heat .up.s3{fill:#3470b0}.heat .up.s4{fill:#174a85}
.heat .down.s0{fill:#fbf2ea}.heat .down.s1{fill:#f6dcc3}.heat .down.s2{fill:#ecb586}
.heat .down.s3{fill:#b05a13}.heat .down.s4{fill:#84400a}
.pictures{display:flex;flex-wrap:wrap;gap:10px;margin:10px 0 0}
figure{margin:0;width:112px}
figure img{width:96px;height:96px;background:var(--line);border-radius:6px}
figcaption{font-size:12px;color:var(--soft);overflow-wrap:anywhere}
.paths{font-size:14px;margin:6px 0 0;padding-left:18px;overflow-wrap:anywhere}
.wide{min-width:90px}
.top{margin:10px 0 0;padding:0;list-style:none;font-size:14px}
.top li{margin:0 0 4px}
.marks{margin:10px 0 0;padding-left:18px;font-size:14px}
"""
)
