interface SegmentsProps<T> {
  readonly legend: string;
  /** Must differ between groups of one page. */
  readonly name: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}

/** A choice of a few options, made of radio buttons, so the arrow keys work. */
export const Segments = <T extends string | number>({ legend, name, options, value, onChoose }: SegmentsProps<T>) => (
  <fieldset className="segments">
    <legend>{legend}</legend>
    <div>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  </fieldset>
);
