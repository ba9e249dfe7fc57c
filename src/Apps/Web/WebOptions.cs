using System.ComponentModel.DataAnnotations;

namespace Tessera.Web;

/// <summary>Settings of the storefront.</summary>
public sealed class WebOptions
{
    public const string Section = "Web";

    /// <summary>Where the gateway is for this process; its public address unless set.</summary>
    public string? Gateway { get; set; }

    /// <summary>How long what Catalog said is taken as true without asking again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Web:CatalogFresh must lie between 0 and 1 h.")]
    public TimeSpan CatalogFresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many of its answers are kept for the time when it is away.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Web:CatalogKeptMax must lie between 1 and 1,000,000.")]
    public int CatalogKeptMax { get; set; } = 2_000;

    /// <summary>How long a page waits for what it can do without, when a service hangs.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:08", ErrorMessage = "Web:Patience must lie between 0.1 and 8 s.")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);
}
