using System.ComponentModel.DataAnnotations;

namespace Tessera.Baskets;

internal sealed class BasketOptions
{
    public const string Section = "Baskets";

    /// <summary>How long a guest's basket that nobody changes is kept. The browser's cookie knows it for 90 days from
    /// its beginning, so a longer time keeps what nobody can come back to.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00",
        ErrorMessage = "Baskets:GuestsKeptFor must lie between 1 min and 365 days.")]
    public TimeSpan GuestsKeptFor { get; set; } = TimeSpan.FromDays(90);
}
