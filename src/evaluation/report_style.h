// The style sheet of a report: light and dark, from a phone's width up.

#pragma once

#include <string_view>

namespace glyphd {

inline constexpr std::string_view kReportStyle = R"css(
:root{color-scheme:light dark;--page:#f6f6f4;--card:#fff;--ink:#1b1d21;--muted:#666c75;
--rule:#e3e4e6;--accent:#2f6bd8;--quiet:#a3a9b2;--bad:#cf3f36;--on:#fff;--glyph:invert(1)}
@media(prefers-color-scheme:dark){:root{--page:#111316;--card:#1a1d21;--ink:#e8eaed;--muted:#9aa1ab;
--rule:#2c3138;--accent:#74a7ff;--quiet:#6d7580;--bad:#ff7b70;--on:#0e1013;--glyph:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1180px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 24px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:17px;margin:0 0 4px}
h3{font-size:14px;margin:0 0 8px;color:var(--muted);font-weight:600}
p.note{margin:0 0 16px;color:var(--muted);max-width:68ch}
section{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:20px;
margin:0 0 20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:0 0 20px}
.tile{background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:16px 20px}
.tile b{display:block;font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.02em}
.tile span{color:var(--muted);font-size:13px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:28px}
.pair>div{min-width:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:7px 12px 7px 0;border-top:1px solid var(--rule);vertical-align:top;
overflow-wrap:anywhere}
tr:first-child>*{border-top:0}
.facts th{font-weight:500;color:var(--muted);width:32%;min-width:110px}
.figures th,.figures td{text-align:right;padding-right:16px;white-space:nowrap}
.figures th{color:var(--muted);font-weight:500}
svg{display:block;width:100%;height:auto;max-width:680px}
svg text{font-size:13px;fill:var(--muted);font-family:inherit}
.grid{stroke:var(--rule)}
.ideal{stroke:var(--quiet);stroke-dasharray:5 5;stroke-width:1.5}
.gap{stroke:var(--bad);stroke-width:2}
.interval{stroke:var(--accent);stroke-width:8;stroke-opacity:.28;stroke-linecap:round}
polyline{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
polyline.training{stroke:var(--quiet)}polyline.validation{stroke:var(--accent)}
circle.training{fill:var(--quiet)}circle.validation{fill:var(--accent)}
i.training{background:var(--quiet)}i.validation{background:var(--accent)}
.hit rect{fill:var(--accent)}.miss rect{fill:var(--bad)}
.hit text,.miss text{fill:var(--ink)}
.strong text{fill:var(--on);font-weight:600}
.legend{margin:8px 0 0;color:var(--muted);font-size:13px}
.legend span{margin-right:18px;white-space:nowrap}
.legend i{display:inline-block;width:16px;height:4px;border-radius:2px;margin-right:7px;
vertical-align:middle}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:12px}
figure{margin:0;min-width:0;border:1px solid var(--rule);border-radius:8px;overflow:hidden}
figure img{display:block;width:100%;aspect-ratio:1;image-rendering:pixelated;filter:var(--glyph)}
figcaption{padding:6px 9px 8px;font-size:13px;line-height:1.35;border-top:1px solid var(--rule)}
figcaption b{font-size:15px}
figcaption em{font-style:normal;color:var(--bad)}
figcaption small{display:block;color:var(--muted);font-size:11px;overflow-wrap:anywhere}
footer{color:var(--muted);font-size:13px}
@media(max-width:640px){main{padding:20px 12px 48px}section{padding:16px 14px}.figures th,.figures td{padding-right:6px;font-size:13px}
.tiles{grid-template-columns:1fr 1fr}.tile{padding:12px 14px}.tile b{font-size:24px}
svg text{font-size:18px}.hit text,.miss text{font-size:16px}}
@media print{body{background:#fff}section,.tile{break-inside:avoid}}
)css";

}  // namespace glyphd
