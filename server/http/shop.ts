/**
 * /try: the pages of a make-believe shop with the widget's very line in them, so that whoever has just installed
 * Parley can be his own first customer. Nothing here is part of the product.
 */
const shoes = [
  {
    id: "fjell",
    name: "Fjell",
    kind: "Trail",
    price: "€ 139",
    color: "#b4552d",
    sole: "#f0d9b5",
    words: "Grips wet rock, dries overnight, forgives a long way home.",
  },
  {
    id: "kyst",
    name: "Kyst",
    kind: "Everyday",
    price: "€ 109",
    color: "#2f6f7e",
    sole: "#e9efe9",
    words: "Light canvas on a soft sole, for quays, offices and everything between.",
  },
  {
    id: "brann",
    name: "Brann",
    kind: "Running",
    price: "€ 149",
    color: "#c23b4e",
    sole: "#f7f2ea",
    words: "Springy enough for a fast ten kilometres, calm enough for a slow twenty.",
  },
  {
    id: "skog",
    name: "Skog",
    kind: "Boot",
    price: "€ 189",
    color: "#3c5a40",
    sole: "#d8c7a3",
    words: "Waxed leather, a warm lining, and laces that stay tied.",
  },
  {
    id: "snø",
    name: "Snø",
    kind: "Winter",
    price: "€ 209",
    color: "#4a5a80",
    sole: "#e7ecf5",
    words: "Felt inside, studs outside: for the months when the streets are ice.",
  },
  {
    id: "sand",
    name: "Sand",
    kind: "Summer",
    price: "€ 79",
    color: "#c9923e",
    sole: "#fbf3df",
    words: "Two straps and a cork bed. Leave the socks at home.",
  },
]
type Shoe = (typeof shoes)[number]

export function shopPage({
  sourceId,
  shoe,
  query,
}: {
  sourceId: string
  shoe: string | undefined
  query: string
}): string {
  const shown = shoes.find(({ id }) => id === shoe)
  const body = shown ? productPage(shown, query) : shopFront(query)
  return page({
    title: shown ? `${shown.name} · Fjord Shoes` : "Fjord Shoes",
    body,
    query,
    script: `<script async src="/w/${sourceId}.js"></script>`,
  })
}

/** Before the first start there is no website to try. */
export function emptyShop(): string {
  const body = `<section class="front"><div><h1>Nobody works here yet</h1><p>Create your workspace first; then this shop has somebody to talk to.</p><a class="buy" href="/">Create your workspace</a></div></section>`
  return page({ title: "Fjord Shoes", body, query: "", script: "" })
}

function shopFront(query: string): string {
  const cards = shoes
    .map(
      (shoe) =>
        `<a class="item" href="/try/${encodeURIComponent(shoe.id)}${query}"><span class="frame">${drawing(shoe)}</span><b>${shoe.name}</b><span class="muted">${shoe.kind}</span><span class="price">${shoe.price}</span></a>`,
    )
    .join("")
  return `<section class="front"><div><p class="kicker">New: the winter range</p><h1>Shoes for people<br>who live outdoors</h1><p>Made in Bergen since 1987. Free returns for a hundred days.</p><a class="buy" href="#shoes">See the shoes</a></div><span class="big">${drawing(shoes[0])}</span></section><section class="grid" id="shoes">${cards}</section>`
}

function productPage(shoe: Shoe, query: string): string {
  const sizes = Array.from(
    { length: 9 },
    (_, step) =>
      `<label><input type="radio" name="size"${step === 4 ? " checked" : ""}><span>${38 + step}</span></label>`,
  ).join("")
  return `<p class="crumbs"><a href="/try${query}">All shoes</a> / ${shoe.kind}</p><section class="product"><span class="frame tall">${drawing(shoe)}</span><div><h1>${shoe.name}</h1><p class="price">${shoe.price}</p><p>${shoe.words}</p><fieldset><legend>Size</legend>${sizes}</fieldset><button class="buy" type="button">Put in the basket</button><p class="muted">Delivered in two days. Unsure about the size? Ask us in the corner.</p></div></section>`
}

/** A low shoe from the side: sole, upper, laces. */
function drawing(shoe: Pick<Shoe, "color" | "sole" | "name"> | undefined): string {
  if (!shoe) return ""
  const laces = [0, 1, 2, 3]
    .map(
      (step) =>
        `<path d="M${96 + step * 15} ${48 + step * 8.5}l9-12" stroke="#fff" stroke-width="3.500" stroke-linecap="round"/>`,
    )
    .join("")
  return `<svg viewBox="0 0 240 150" role="img" aria-label="The shoe ${shoe.name}"><ellipse cx="120" cy="132" rx="98" ry="7" fill="#000" opacity=".12"/><path d="M22 118c-4-30 2-62 8-76 16 8 34 8 50-6 10 10 18 16 30 24 22 15 46 26 74 31 24 4 34 13 34 27z" fill="${shoe.color}"/><path d="M30 42c16 8 34 8 50-6l8 8c-14 18-38 24-61 17z" fill="#000" opacity=".18"/><path d="M150 118c4-16 14-24 34-27 24 4 34 13 34 27z" fill="#fff" opacity=".16"/>${laces}<path d="M18 112h204c3 0 4 4 4 8 0 6-5 10-12 10H30c-8 0-14-6-14-12 0-3 0-6 2-6z" fill="${shoe.sole}"/><path d="M24 124h196" stroke="#000" opacity=".15" stroke-width="2"/></svg>`
}

function page(o: { title: string; body: string; query: string; script: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${o.title}</title>
<style>${css}</style>
</head>
<body>
<header><a class="brand" href="/try${o.query}">Fjord Shoes</a><nav aria-label="Shop"><a href="/try${o.query}#shoes">Shoes</a><a href="/try/skog${o.query}">Boots</a><a href="/try/sn%C3%B8${o.query}">Winter</a></nav><span class="basket">Basket · 0</span></header>
<main>${o.body}</main>
<footer><span>Fjord Shoes is made up, and so are its shoes. The chat in the corner is real: it writes to this Parley.</span><a href="/">Open the desk</a></footer>
${o.script}
</body>
</html>
`
}

const css = `
:root{color-scheme:light dark;--ground:light-dark(#f4f2ec,#15171a);--card:light-dark(#fff,#1e2125);--ink:light-dark(#22262a,#ecebe6);--muted:light-dark(#62676d,#a4a8ad);--line:light-dark(#dfdbd0,#30343a);--deep:light-dark(#1f4a43,#8ec7b6);--on-deep:light-dark(#fff,#10201c)}
*{box-sizing:border-box;margin:0}
body{font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,sans-serif;background:var(--ground);color:var(--ink);min-height:100dvh;display:flex;flex-direction:column}
a{color:inherit}
header,main,footer{width:100%;max-width:1120px;margin-inline:auto;padding-inline:24px}
header{display:flex;align-items:center;gap:28px;padding-block:20px}
.brand{font:600 21px/1.2 Georgia,"Times New Roman",serif;letter-spacing:.01em;text-decoration:none;white-space:nowrap}
nav{display:flex;gap:20px}nav a{text-decoration:none;color:var(--muted)}nav a:hover{color:var(--ink)}
.basket{margin-inline-start:auto;color:var(--muted);white-space:nowrap}
main{flex:1}
.front{display:grid;grid-template-columns:1.1fr 1fr;align-items:center;gap:32px;padding:44px 48px;border-radius:20px;background:light-dark(#e2e8e0,#1d2623);margin-block:8px 32px}
h1{font:600 clamp(30px,4.500vw,48px)/1.1 Georgia,"Times New Roman",serif;text-wrap:balance}
.front p{margin-top:14px;max-width:38ch}.front .kicker{margin:0 0 10px;color:var(--deep);font-weight:600}
.buy{display:inline-block;margin-top:22px;padding:11px 20px;border:0;border-radius:10px;background:var(--deep);color:var(--on-deep);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.big svg{width:100%}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:20px;padding-bottom:48px}
.item{display:grid;grid-template-columns:1fr auto;gap:0 12px;text-decoration:none}
.frame{grid-column:1/-1;display:grid;place-items:center;padding:28px;border-radius:16px;background:var(--card);border:1px solid var(--line);margin-bottom:12px}
.frame svg{width:100%;max-width:240px;transition:translate .2s}.item:hover svg{translate:0 -4px}
.item .muted{grid-column:1}.item .price{grid-column:2;grid-row:2}
.muted{color:var(--muted)}
.crumbs{padding-block:6px 18px;color:var(--muted)}
.product{display:grid;grid-template-columns:1.2fr 1fr;gap:44px;align-items:start;padding-bottom:48px}
.product p{margin-top:12px}.product .price{font-size:20px}.tall{grid-column:auto;padding:72px 40px}.tall svg{max-width:420px}
fieldset{border:0;padding:0;margin-top:22px;display:flex;flex-wrap:wrap;gap:8px}legend{padding:0;margin-bottom:8px;font-weight:600}
label input{position:absolute;opacity:0}label span{display:block;min-width:46px;padding:8px 10px;border:1px solid var(--line);border-radius:8px;background:var(--card);text-align:center;cursor:pointer}label input:checked+span{border-color:var(--deep);box-shadow:inset 0 0 0 1px var(--deep)}label input:focus-visible+span{outline:2px solid var(--deep);outline-offset:2px}
footer{display:flex;flex-wrap:wrap;gap:8px 24px;justify-content:space-between;padding-block:24px 96px;border-top:1px solid var(--line);color:var(--muted);font-size:14px}
@media(max-width:720px){nav{display:none}.front,.product{grid-template-columns:1fr;padding:28px 24px}.product{padding:0 0 40px;gap:20px}.big{display:none}.tall{padding:40px}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}
`
