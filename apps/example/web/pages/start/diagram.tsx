import type { ReactNode } from "react";

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Layout {
  readonly className: string;
  readonly width: number;
  readonly height: number;
  readonly contract: Place;
  readonly log: Place;
  readonly frame: Place;
  readonly browsers: readonly [Place, Place, Place];
  /** Paths: contract to log, log to frame, and frame to each browser. */
  readonly flows: readonly [string, string, string, string, string];
  /** The place where the second browser's line is cut. */
  readonly cut: Place;
}

const wide: Layout = {
  className: "diagram wide",
  width: 1000,
  height: 316,
  contract: { x: 8, y: 100 },
  log: { x: 244, y: 100 },
  frame: { x: 520, y: 100 },
  browsers: [
    { x: 788, y: 8 },
    { x: 788, y: 110 },
    { x: 788, y: 212 },
  ],
  flows: [
    "M188 158H244",
    "M464 158H520",
    "M700 140C744 130 744 54 788 54",
    "M700 158H788",
    "M700 176C744 186 744 258 788 258",
  ],
  cut: { x: 744, y: 158 },
};

const tall: Layout = {
  className: "diagram tall",
  width: 320,
  height: 812,
  contract: { x: 70, y: 8 },
  log: { x: 50, y: 164 },
  frame: { x: 24, y: 320 },
  browsers: [
    { x: 96, y: 492 },
    { x: 96, y: 600 },
    { x: 96, y: 708 },
  ],
  flows: ["M160 124V164", "M160 280V320", "M150 436V500", "M66 436V646H96", "M42 436V754H96"],
  cut: { x: 66, y: 590 },
};

/** The path from the contract to many browsers, and a cut. */
export const Diagram = () => (
  <figure className="diagram-card card">
    {[wide, tall].map((layout) => (
      <Picture key={layout.className} {...layout} />
    ))}
    <figcaption className="visually-hidden">
      A contract types the server and its log. Each event is encoded once, and the same bytes go to every browser. A
      browser that was cut off at event 44 comes back with that number, gets 45 and 46, and is level with the others.
    </figcaption>
  </figure>
);

const Picture = ({ className, width, height, contract, log, frame, browsers, flows, cut }: Layout) => (
  <svg className={className} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
    {flows.map((path, index) => (
      <path key={path} className="flow" data-cut={index === 3} d={path} />
    ))}
    <Box at={contract} width={180} title="Contract" note="types both ends">
      <text className="mono" x={16} y={62}>
        goal, fullTime
      </text>
    </Box>
    <Box at={log} width={220} title="Server log" note="ordered, kept, resumable">
      {[42, 43, 44, 45, 46].map((id, index) => (
        <g key={id} transform={`translate(${16 + 38 * index} 44)`}>
          <rect className={id === 46 ? "cell now" : "cell"} width={34} height={26} rx={6} />
          <text className={id === 46 ? "mono on" : "mono"} x={17} y={18} textAnchor="middle">
            {id}
          </text>
        </g>
      ))}
    </Box>
    <Box at={frame} width={180} title="One frame" note="encoded once for all">
      <text className="mono" x={16} y={62}>
        event: goal
      </text>
    </Box>
    {browsers.map((at, index) => (
      <Box
        key={at.y}
        at={at}
        width={204}
        height={92}
        title="Browser"
        note={index === 1 ? "cut at 44, then 45, 46" : "live"}
      >
        <text className="mono" x={188} y={30} textAnchor="end">
          46
        </text>
      </Box>
    ))}
    <g className="cut-mark" transform={`translate(${cut.x} ${cut.y})`}>
      <circle r={13} />
      <path d="M-5-5 5 5M5-5-5 5" />
    </g>
  </svg>
);

interface BoxProps {
  readonly at: Place;
  readonly width: number;
  readonly height?: number;
  readonly title: string;
  readonly note: string;
  readonly children: ReactNode;
}

const Box = ({ at, width, height = 116, title, note, children }: BoxProps) => (
  <g transform={`translate(${at.x} ${at.y})`}>
    <rect className="box" width={width} height={height} rx={12} />
    <text className="title" x={16} y={30}>
      {title}
    </text>
    {children}
    <text className="note" x={16} y={height - 18}>
      {note}
    </text>
  </g>
);
