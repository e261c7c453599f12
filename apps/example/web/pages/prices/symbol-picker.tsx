import { symbols, type TickerSymbol } from "../../../shared/schemas.ts";

interface SymbolPickerProps {
  readonly symbol: TickerSymbol;
  readonly onChoose: (symbol: TickerSymbol) => void;
}

const names: Partial<Record<TickerSymbol, string>> = { SP500: "S&P 500" };

export const SymbolPicker = ({ symbol, onChoose }: SymbolPickerProps) => (
  <fieldset className="segments">
    <legend>Symbol</legend>
    <div>
      {symbols.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="symbol"
            className="visually-hidden"
            checked={each === symbol}
            onChange={() => onChoose(each)}
          />
          <span>{names[each] ?? each}</span>
        </label>
      ))}
    </div>
  </fieldset>
);
