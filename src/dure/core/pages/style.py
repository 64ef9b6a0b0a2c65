"""The style that every page shares, and that of the switch between two languages."""

from __future__ import annotations

STYLE = """
:root{--ink:#1b2430;--soft:#556070;--line:#dfe4ea;--paper:#fff;--ground:#f4f6f8;--accent:#1f5fa8;
--good:#1a6b3c;--good-bg:#e9f6ee;--warn:#8a5300;--warn-bg:#fff5e0;--bad:#a4232b;--bad-bg:#fdecec}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.6;overflow-wrap:anywhere;
font-family:Pretendard,"Noto Sans KR","Noto Sans CJK KR","Apple SD Gothic Neo","Malgun Gothic",
system-ui,"Segoe UI",sans-serif;font-size:16px;word-break:keep-all}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1{font-size:30px;line-height:1.25;margin:0 0 4px}
h2{font-size:22px;margin:48px 0 12px}
h3{font-size:17px;margin:0 0 2px}
p{margin:0 0 8px}
.kicker{color:var(--accent);font-weight:600;margin:0}
.soft{color:var(--soft);font-size:14px}
.facts{display:flex;flex-wrap:wrap;gap:8px 28px;margin:12px 0 0;padding:0;list-style:none;color:var(--soft)}
.facts b{color:var(--ink)}
.verdict{display:flex;gap:20px;border-radius:14px;padding:24px;margin:28px 0 0;border:1px solid}
.verdict h2{margin:0;font-size:26px}
.verdict ol{margin:12px 0 0;padding-left:20px}
.verdict li{margin:0 0 8px}
.verdict.good{background:var(--good-bg);border-color:var(--good)}
.verdict.fair{background:var(--warn-bg);border-color:var(--warn)}
.verdict.bad{background:var(--bad-bg);border-color:var(--bad)}
.icon{width:56px;height:56px;flex:none;fill:none;stroke-width:4;stroke-linecap:round;
stroke-linejoin:round}
.icon path{stroke:#fff}
.verdict.good .icon circle{fill:var(--good)}
.verdict.fair .icon circle{fill:var(--warn)}
.verdict.bad .icon circle{fill:var(--bad)}
.grid{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr))}
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 18px}
.row{display:flex;justify-content:space-between;gap:12px;align-items:baseline}
.big{font-size:20px;font-weight:650;white-space:nowrap}
.finding{background:var(--paper);border:1px solid var(--line);border-left:6px solid var(--line);
border-radius:10px;padding:12px 18px;margin:0 0 10px}
.finding p{margin:0}
.finding .next::before{content:"→ ";color:var(--accent);font-weight:700}
.finding .code{font-size:13px;color:var(--soft)}
.error{border-left-color:var(--bad)}
.warning{border-left-color:var(--warn)}
.notice{border-left-color:var(--accent)}
.level{display:flex;gap:10px;align-items:center;margin:20px 0 10px;font-size:17px}
.count{background:var(--ink);color:#fff;border-radius:999px;padding:0 10px;font-size:14px}
svg{display:block}
.share{width:100%;height:8px;margin:6px 0;border-radius:4px}
.share .room{fill:#e3e8ee}
.share .part{fill:var(--accent)}
.share.low .part{fill:var(--warn)}
.scroll{overflow-x:auto}
.axis{display:flex;justify-content:space-between;gap:8px;font-size:13px;color:var(--soft)}
table{width:100%;border-collapse:collapse;background:var(--paper);font-size:14px}
caption{text-align:left;color:var(--soft);padding:4px 0}
th,td{text-align:left;padding:7px 10px;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin:10px 0 0;font-size:14px}
dt{color:var(--soft)}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
.tag{font-size:13px;color:var(--soft);white-space:nowrap}
details{margin:10px 0}
summary{cursor:pointer;font-weight:600}
a{color:var(--accent)}
footer{padding:32px 24px 48px;color:var(--soft);font-size:14px}
@media print{body{background:#fff}.card,.finding{break-inside:avoid}}
"""

SWITCH = """
main header,main footer{padding-left:0;padding-right:0}
#in-en:checked~.in-ko,#in-ko:checked~.in-en{display:none}
label.switch{display:inline-block;margin:20px 18px 0 6px;font-size:15px;cursor:pointer}
input.switch{accent-color:var(--accent);margin:0;width:16px;height:16px;vertical-align:middle}
@media print{.switch,label.switch{display:none}}
"""
