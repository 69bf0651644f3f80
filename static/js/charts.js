/* Charts: Plotly is loaded when, and only when, a page holds a chart that has come near the screen, or that of a report. */

const script = document.querySelector("script[data-plotly]");
const css = () => getComputedStyle(document.documentElement);
const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
let loading = null;

function plotly() {
  loading ||= new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = script.dataset.plotly;
    tag.onload = () => resolve(window.Plotly);
    tag.onerror = reject;
    document.head.append(tag);
  });
  return loading;
}

/* A custom property as it is seen: light-dark() is resolved only on a real property of an element. */
function colour(name) {
  const swatch = document.createElement("i");
  swatch.hidden = true;
  swatch.style.color = `var(--${name})`;
  document.body.append(swatch);
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = getComputedStyle(swatch).color;
  swatch.remove();
  return probe.fillStyle;
}

const ROLES = {
  main: { token: "chart-1", width: 2 },
  second: { token: "chart-2", width: 2, dash: "6px,3px" },
  third: { token: "chart-3", width: 2, dash: "2px,2px" },
  target: { token: "text-2", width: 1.5, dash: "5px,4px" },
  bad: { token: "bad", width: 2.5 },
  risk: { token: "risk", width: 2, dash: "4px,2px" },
  good: { token: "good", width: 2 },
  muted: { token: "muted", width: 1, dash: "2px,3px" },
};

/* Days as the pages write them; Plotly knows what to do with hours, months and years. */
const DAY_MS = 86400000;
const DAYS = [{ dtickrange: [DAY_MS, 16 * DAY_MS], value: "%-d %b\n%Y" }];

const withAlpha = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
const roleOf = (name) => ROLES[(name || "").replace("role:", "")] || ROLES.muted;

/* Names of bars that would take the room of the bars: what is cut stands in the table below, and where one points. */
const NARROW_PX = 400;
const NAME_MAX = 17;
const cut = (name) => (name.length > NAME_MAX + 1 ? `${name.slice(0, NAME_MAX).trimEnd()}…` : name);

function shortened(given, data, width) {
  if (width >= NARROW_PX || given.yaxis?.type !== "category") return [{}, {}];
  const names = [...new Set(data.flatMap((trace) => trace.y || []))];
  return [{ nticks: 3 }, { tickmode: "array", tickvals: names, ticktext: names.map(cut) }];
}

function dress(figure, width) {
  const text = colour("text-2");
  const grid = colour("chart-grid");
  const font = { family: css().getPropertyValue("--font"), size: 12, color: text };
  const axis = { gridcolor: grid, linecolor: colour("line-strong"), zerolinecolor: colour("line-strong"), tickfont: font, fixedrange: false, showline: false, ticks: "" };
  const data = figure.data.map((trace) => {
    const role = roleOf(trace.meta?.role || "main");
    if (trace.type === "bar") {
      return { ...trace, marker: { ...trace.marker, color: (trace.meta?.roles || ["main"]).map((name) => withAlpha(colour(roleOf(name).token), trace.meta?.alpha ?? 1)) } };
    }
    if (trace.mode === "markers") {
      return { ...trace, marker: { size: 9, ...trace.marker, color: withAlpha(colour(role.token), 0.55), line: { color: colour(role.token), width: trace.marker?.symbol ? 2.5 : 1 } } };
    }
    return { ...trace, fillcolor: withAlpha(colour(role.token), 0.1), line: { ...trace.line, color: colour(role.token), width: role.width, dash: trace.line?.dash || role.dash || "solid" } };
  });
  const given = figure.layout || {};
  const [across, down] = shortened(given, figure.data, width);
  const layout = {
    ...given,
    template: null,
    autosize: true,
    font,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 8, r: 12, t: 20, b: given.xaxis?.title ? 52 : 30 },
    bargap: 0.4,
    showlegend: data.length > 1,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font },
    hoverlabel: { bgcolor: colour("raised"), bordercolor: colour("line-strong"), font: { ...font, color: colour("text") } },
    xaxis: { ...axis, showgrid: false, ...(given.xaxis?.type === "date" ? { tickformatstops: DAYS } : {}), ...given.xaxis, ...across, title: { ...given.xaxis?.title, font: { ...font, size: 11, color: colour("muted") }, standoff: 6 } },
    yaxis: { ...axis, ticklabelstandoff: 6, ...given.yaxis, ...down, title: { ...given.yaxis?.title, font } },
    shapes: (given.shapes || []).map((shape) => {
      const role = roleOf(shape.name);
      const band = shape.type === "rect";
      return { ...shape, layer: "below", fillcolor: band ? withAlpha(colour(role.token), 0.1) : undefined, line: { color: colour(role.token), width: band ? 0 : 1.25, dash: role.dash || "solid" } };
    }),
    annotations: (given.annotations || []).map((note) => ({ ...note, showarrow: false, yanchor: note.yanchor || "bottom", xanchor: note.xanchor || "left", font: { ...font, size: 11, color: note.name ? colour(roleOf(note.name).token) : text } })),
  };
  return { data, layout };
}

async function draw(chart) {
  const canvas = chart.querySelector(".rp-canvas");
  const figure = JSON.parse(chart.querySelector('script[type="application/json"]').textContent);
  try {
    const Plotly = await plotly();
    const { data, layout } = dress(figure, canvas.clientWidth);
    let target = canvas.querySelector("[data-plot]");
    if (!target) {
      target = document.createElement("div");
      target.dataset.plot = "";
      target.style.height = "100%";
      canvas.append(target);
    }
    await Plotly.react(target, data, layout, { displayModeBar: false, responsive: true, scrollZoom: false });
    canvas.classList.add("is-drawn");
  } catch (error) {
    chart.querySelector("details")?.setAttribute("open", "");
    canvas.hidden = true;
    console.error(error);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "400px" });

const watch = (scope) => scope.querySelectorAll("[data-chart]").forEach((chart) => seen.observe(chart));

watch(document);
document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && watch(event.detail.elt.parentElement || document));
document.addEventListener("portal:theme", () => document.querySelectorAll(".rp-canvas.is-drawn").forEach((canvas) => draw(canvas.closest("[data-chart]"))));
/* Paper has no screen to come near to, and does not wait: a report has the library before somebody prints it. */
if (document.querySelector(".rp-report [data-chart]")) addEventListener("load", () => setTimeout(plotly, 1500));
addEventListener("beforeprint", () => document.querySelectorAll("[data-chart]").forEach(draw));
