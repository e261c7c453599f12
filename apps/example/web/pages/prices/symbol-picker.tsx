import { symbols, type TickerSymbol } from "../../../shared/prices.ts";
import { Segments } from "../../components/segments.tsx";

interface SymbolPickerProps {
  readonly symbol: TickerSymbol;
  readonly onChoose: (symbol: TickerSymbol) => void;
}

const names: Partial<Record<TickerSymbol, string>> = { SP500: "S&P 500" };
const options = symbols.map((symbol) => ({ value: symbol, label: names[symbol] ?? symbol }));

export const SymbolPicker = ({ symbol, onChoose }: SymbolPickerProps) => (
  <Segments legend="Symbol" name="symbol" options={options} value={symbol} onChoose={onChoose} />
);
