#include "http_date.h"

#include <cstdio>
#include <ctime>

namespace muster::cli {

std::string_view HttpDate() {
  // Not strftime's names, which are those of the locale.
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t made_at = -1;
  thread_local char text[64] = "";
  thread_local size_t size = 0;

  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    const int length = std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon],
                                     utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    size = length > 0 ? static_cast<size_t>(length) : 0;
    made_at = now;
  }
  return {text, size};
}

}  // namespace muster::cli
