// Draws every [data-chart] with ECharts in the colours of the page; loads ECharts itself when the first one appears.
(() => {
  "use strict";
  const source = document.currentScript.dataset.echarts;
  const drawn = new Map();
  let ready = null;
  const library = () => {
    ready ??= new Promise((done, failed) => {
      if (window.echarts) { done(); return; }
      const script = document.createElement("script");
      script.src = source;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return ready;
  };
  const palette = () => {
    const dark = document.documentElement.dataset.bsTheme === "dark";
    return dark
      ? { tones: { quiet: "#4a5763", running: "#2f6ea3", attention: "#b98500", good: "#2f7d50", bad: "#b5473f" }, series: ["#8fc1ea", "#7ed39b", "#d7a6e8", "#e6edf3", "#ff9d94"], quiet: "#5d6b79", words: "#a3afbc", line: "#323d49", paper: "#1a222b" }
      : { tones: { quiet: "#8a949e", running: "#1d5480", attention: "#8f6300", good: "#2f7d50", bad: "#b3261e" }, series: ["#1d5480", "#2f8f57", "#7a4d96", "#1f2933", "#b3261e"], quiet: "#c3cad1", words: "#55606d", line: "#dfe3e8", paper: "#ffffff" };
  };
  const number = (value) => (typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : value ?? "–");
  const axis = (given, colours) => ({
    ...given,
    nameTextStyle: { color: colours.words, align: "left" },
    axisLabel: { color: colours.words, ...(given.type === "value" ? { formatter: number } : {}), ...given.axisLabel },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colours.line } },
  });
  // A box has the colour of its state; a box that holds others is a frame with its name above them.
  const box = (given, colours) => ({
    ...given,
    itemStyle: given.children
      ? { color: colours.paper, borderColor: colours.line, borderWidth: 2, gapWidth: 2 }
      : { color: colours.tones[given.tone], borderColor: colours.paper, borderWidth: 1 },
    ...(given.children ? { upperLabel: { show: true, height: 20, color: colours.words }, children: given.children.map((one) => box(one, colours)) } : {}),
  });
  const nested = (given, colours) => ({
    ...given,
    left: 0, right: 0, top: 4, bottom: 4,
    itemStyle: { borderColor: colours.paper },
    label: { color: "#ffffff", overflow: "truncate", ellipsis: "", padding: 2, formatter: (info) => info.data?.short ?? info.name },
    emphasis: { upperLabel: { color: colours.words } },
    data: given.data.map((one) => box(one, colours)),
  });
  const told = (info) => info.data?.told ?? info.name;
  const pen = document.createElement("canvas").getContext("2d");
  // The words below the last bar are centred on it: as much room is left beside it as they stick out, so that none is cut.
  const right = (option, width) => {
    const names = (option.xAxis?.type === "category" && option.xAxis.data) || [];
    if (!names.length) return 12;
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const bar = Math.max(0, width - 60) / names.length;
    return Math.max(12, Math.ceil((pen.measureText(names.at(-1)).width - bar) / 2) + 4);
  };
  // The same on the left, where the figures of the scale make room: a narrow one does not make enough for a day's name.
  const left = (option, width) => {
    const names = (option.xAxis?.type === "category" && option.xAxis.data) || [];
    if (!names.length) return 8;
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const bar = Math.max(0, width - 60) / names.length;
    const points = (option.series || []).flatMap((one) => one.data || []).filter((one) => typeof one === "number");
    const scale = pen.measureText(number(Math.round(Math.max(1, ...points)))).width + 8;
    return Math.max(8, Math.ceil((pen.measureText(names[0]).width - bar) / 2 - scale) + 4);
  };
  // A few things that have names, not numbers, are all named, on as many lines as it takes.
  const named = (option, width) => {
    const names = (option.xAxis?.type === "category" && option.xAxis.data) || [];
    if (!names.length || names.length > 8 || !names.some((name) => /[^\d:.-]/.test(name))) return {};
    return { interval: 0, width: Math.floor((width - 60) / names.length) - 4, overflow: "break" };
  };
  const dressed = (option, width) => {
    const colours = palette();
    const several = (option.series || []).length > 1;
    const boxes = (option.series || []).some((one) => one.type === "treemap");
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      color: colours.series,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: left(option, width), right: right(option, width), top: several ? 44 : 30, bottom: 4, containLabel: true },
      // Drawn on the chart itself: a tooltip in HTML would need inline styles, which the page forbids.
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: number, backgroundColor: colours.paper, borderColor: colours.line, textStyle: { color: colours.words }, ...(boxes ? { trigger: "item", formatter: told } : {}) },
      legend: several ? { top: 0, right: 0, textStyle: { color: colours.words }, itemWidth: 14, itemHeight: 8 } : undefined,
      ...option,
      xAxis: option.xAxis && axis({ ...option.xAxis, axisLabel: named(option, width) }, colours),
      yAxis: option.yAxis && axis(option.yAxis, colours),
      series: (option.series || []).map((one) => (one.type === "treemap" ? nested(one, colours) : { barMaxWidth: 28, ...one, ...(one.quiet ? { itemStyle: { color: colours.quiet }, lineStyle: { color: colours.quiet } } : {}) })),
    };
  };
  const optionOf = (figure) => JSON.parse(document.getElementById(`${figure.dataset.chart}-option`).textContent);
  const draw = (figure) => {
    const canvas = figure.querySelector(".chart-canvas");
    drawn.get(figure)?.dispose();
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(dressed(optionOf(figure), canvas.clientWidth));
    drawn.set(figure, chart);
  };
  const drawAll = () => {
    for (const [figure, chart] of drawn) if (!figure.isConnected) { chart.dispose(); drawn.delete(figure); }
    const waiting = [...document.querySelectorAll("[data-chart]")].filter((figure) => !drawn.has(figure));
    if (waiting.length) library().then(() => waiting.forEach(draw));
  };
  addEventListener("resize", () => drawn.forEach((chart, figure) => {
    chart.resize();
    chart.setOption(dressed(optionOf(figure), figure.querySelector(".chart-canvas").clientWidth));
  }));
  document.addEventListener("themechange", () => [...drawn.keys()].forEach(draw));
  document.addEventListener("htmx:afterSettle", drawAll);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-table]");
    if (!button) return;
    const table = document.getElementById(button.getAttribute("aria-controls"));
    table.hidden = !table.hidden;
    button.setAttribute("aria-expanded", String(!table.hidden));
  });
  drawAll();
})();
