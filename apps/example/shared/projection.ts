import { geoNaturalEarth1 } from "d3-geo";

export const mapWidth = 960;
export const mapHeight = 460;

/** Maps longitude and latitude to a place on the map. The Pacific, where most earthquakes happen, is in the middle. */
export const projection = geoNaturalEarth1()
  .rotate([-155, 0])
  .fitExtent(
    [
      [2, 2],
      [mapWidth - 2, mapHeight + 28],
    ],
    { type: "Sphere" },
  );
