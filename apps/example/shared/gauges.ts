import { subscription } from "@sluice/contract";
import * as z from "zod";

/** Water gauges; the levels are invented. */
export const gaugeNames = [
  "Aare, Bern",
  "Arno, Florence",
  "Danube, Linz",
  "Danube, Ulm",
  "Douro, Porto",
  "Drava, Osijek",
  "Ebro, Zaragoza",
  "Elbe, Dresden",
  "Garonne, Toulouse",
  "Glomma, Kongsvinger",
  "Inn, Passau",
  "Isar, Munich",
  "Loire, Tours",
  "Main, Würzburg",
  "Meuse, Liège",
  "Mosel, Trier",
  "Neckar, Heilbronn",
  "Oder, Wrocław",
  "Po, Piacenza",
  "Rhine, Basel",
  "Rhine, Cologne",
  "Rhône, Lyon",
  "Sava, Zagreb",
  "Seine, Paris",
  "Severn, Worcester",
  "Shannon, Athlone",
  "Spree, Berlin",
  "Tagus, Toledo",
  "Thames, Reading",
  "Vistula, Kraków",
] as const;

/** Levels that a tile draws. */
const shown = 24;

const Level = z.int();

export const gauges = {
  /** Each gauge is a topic, and each tile a subscription. They all share the page's one connection. */
  level: subscription({
    input: z.object({ gauge: z.enum(gaugeNames) }),
    events: {
      /** In centimetres. */
      measured: z.object({ level: Level }),
    },
    state: {
      schema: z.object({ levels: z.array(Level) }),
      initial: { levels: [] },
      apply: { measured: ({ levels }, { level }) => ({ levels: [...levels, level].slice(-shown) }) },
    },
  }),
};
