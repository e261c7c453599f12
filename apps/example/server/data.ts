import { readFileSync } from "node:fs";
import type { EventDataOf } from "@sluice/contract";
import { geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { contract } from "../shared/contract.ts";
import type { Quake } from "../shared/newswire.ts";
import { symbols, type TickerSymbol } from "../shared/prices.ts";
import { projection } from "../shared/projection.ts";

// The package exports only code; its data files are next to it.
const entry = import.meta.resolve("vega-datasets");
const read = (name: string) => readFileSync(new URL(`../data/${name}`, entry), "utf8");

interface FootballRow {
  readonly date: string;
  readonly division: string;
  readonly home_team: string;
  readonly away_team: string;
  readonly home_score: number;
  readonly away_score: number;
}

const competition = "English Premier League";
/** A Saturday with eight matches, including Norwich 4–5 Liverpool. */
const day = "2016-01-23";

export function readMatchDay(): EventDataOf<typeof contract.scores.board, "matchDay"> {
  const rows: FootballRow[] = JSON.parse(read("football.json"));
  const fixtures = rows
    .filter(({ division, date }) => division === competition && date === day)
    .map((row) => ({
      id: slug(row.home_team),
      home: row.home_team,
      away: row.away_team,
      result: { home: row.home_score, away: row.away_score },
    }));
  return { competition, date: new Date(`${day}T15:00:00Z`), fixtures };
}

const slug = (name: string) => name.toLowerCase().replaceAll(" ", "-");

/** A closing price and its month, in milliseconds since the Unix epoch. */
export interface Close {
  readonly at: number;
  readonly price: number;
}

/** Monthly prices from 2000 to 2010, oldest first. */
export function readHistories(): ReadonlyMap<TickerSymbol, readonly Close[]> {
  const stocks = rowsOf("stocks.csv");
  const sp500 = rowsOf("sp500.csv").map((row) => ["SP500", ...row]);
  const all = [...stocks, ...sp500].map(([symbol, date, price]) => ({
    symbol,
    at: Date.parse(`${date} UTC`),
    price: Number(price),
  }));
  return new Map(symbols.map((symbol) => [symbol, all.filter((row) => row.symbol === symbol)]));
}

const rowsOf = (name: string) =>
  read(name)
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));

interface QuakeCollection {
  readonly features: readonly {
    readonly properties: { readonly mag: number; readonly place: string; readonly time: number; readonly type: string };
    readonly geometry: { readonly coordinates: readonly [longitude: number, latitude: number, depth: number] };
  }[];
}

/** A week of 2018, as reported by the United States Geological Survey, oldest first. */
export function readQuakes(): readonly Omit<Quake, "seq">[] {
  const { features }: QuakeCollection = JSON.parse(read("earthquakes.json"));
  return features
    .filter(({ properties }) => properties.type === "earthquake")
    .map(({ properties: { mag, place, time }, geometry: { coordinates } }) => {
      const [longitude, latitude, depth] = coordinates;
      return { magnitude: mag, place, at: new Date(time), longitude, latitude, depth };
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** The world's land on the map, as the `d` of an SVG path. */
export function readLand(): string {
  const world = JSON.parse(read("world-110m.json"));
  return geoPath(projection).digits(1)(feature(world, world.objects.land)) ?? "";
}
