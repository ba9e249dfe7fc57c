using System.ComponentModel.DataAnnotations;

namespace Tessera.Orders;

internal sealed class OrderOptions
{
    public const string Section = "Orders";

    /// <summary>How long a placed order waits for Inventory's answer before it is cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StockTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an order whose stock is reserved waits for its payment before it is cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PaymentTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>After so long a silence a follower of an order gets a sign of life. Must stay below the idle time-outs
    /// on the way: the gateway's <c>Gateway:UpstreamTimeout</c> is 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00",
        ErrorMessage = "Orders:FollowerHeartbeat must lie between 1 s and 10 min.")]
    public TimeSpan FollowerHeartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many requests may follow orders in one process at once.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Orders:FollowersMax must lie between 1 and 1,000,000.")]
    public int FollowersMax { get; set; } = 20_000;

    /// <summary>How many of them may be one caller's, of whichever orders, so that nobody takes all places.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Orders:FollowersPerCallerMax must lie between 1 and 1,000,000.")]
    public int FollowersPerCallerMax { get; set; } = 20;
}
