using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>Domain files hold rules only: no framework, no database, no messaging.</summary>
internal static partial class DomainRules
{
    /// <summary>A new domain file is added here; a listed file that is gone fails too.</summary>
    public static readonly string[] Files =
    [
        "src/Services/Inventory/Reservation.cs",
        "src/Services/Inventory/ReservationTransitions.cs",
        "src/Services/Inventory/StockLevel.cs",
        "src/Services/Orders/Placing/Basket.cs",
        "src/Services/Orders/Order.cs",
        "src/Services/Orders/OrderTransitions.cs",
        "src/Services/Payments/LedgerEntry.cs",
        "src/Services/Payments/Payment.cs",
        "src/Services/Payments/PaymentTransitions.cs",
    ];

    public static IEnumerable<string> Violations(string path, string code)
    {
        foreach (Match match in Using().Matches(code))
            yield return $"{path} uses {match.Groups[1].Value}; a domain file knows System and contracts alone.";
        foreach (Match match in Qualified().Matches(code))
            yield return $"{path} names {match.Value}; a domain file knows System and contracts alone.";
    }

    [GeneratedRegex(@"^using (?:static )?(?!System\b|Tessera\.\w+\.Contracts\b)([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(
        @"\b(?:Microsoft\.(?:AspNetCore|Extensions|EntityFrameworkCore)|System\.Data|Npgsql|Dapper|Tessera\.Messaging)\b[\w.]*")]
    private static partial Regex Qualified();
}
