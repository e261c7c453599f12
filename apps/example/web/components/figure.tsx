interface FigureProps {
  readonly name: string;
  readonly value: number | string;
  readonly mark?: "good" | "bad";
}

/** A number with a label, for a `<dl className="figures">`. */
export const Figure = ({ name, value, mark }: FigureProps) => (
  <div className="figure" data-mark={mark}>
    <dt>{name}</dt>
    <dd>{value.toLocaleString("en-US")}</dd>
  </div>
);
