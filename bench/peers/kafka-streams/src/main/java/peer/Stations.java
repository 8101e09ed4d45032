package peer;

/**
 * The stations that the load names: the region and nine leagues under it. A station's staff have its number
 * times 100 and up.
 */
final class Stations {
  static final int REGION = 150000;
  private static final int FIRST_LEAGUE = 150100;
  private static final int LAST_LEAGUE = 150900;

  static boolean known(int station) {
    return station == REGION
        || (station >= FIRST_LEAGUE && station <= LAST_LEAGUE && station % 100 == 0);
  }

  static boolean within(int station, int above) {
    return station == above || (above == REGION && known(station));
  }

  static boolean employs(int station, int actor) {
    return actor / 100 == station;
  }

  private Stations() {}
}
