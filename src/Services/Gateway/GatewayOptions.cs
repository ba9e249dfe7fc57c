using System.ComponentModel.DataAnnotations;

namespace Tessera.Gateway;

/// <summary>Limits of the gateway. Rates are per client: the token's subject, or the address of who has none.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>Requests a second of an anonymous client.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Gateway:AnonymousPerSecond must lie between 1 and 1,000,000.")]
    public int AnonymousPerSecond { get; set; } = 200;

    /// <summary>Requests a second of a signed-in customer.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Gateway:CustomerPerSecond must lie between 1 and 1,000,000.")]
    public int CustomerPerSecond { get; set; } = 200;

    /// <summary>Requests a second of an operator: imports are theirs.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Gateway:OperatorPerSecond must lie between 1 and 1,000,000.")]
    public int OperatorPerSecond { get; set; } = 5_000;

    /// <summary>Sign-ins and registrations a second of one address: each costs a password hash.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Gateway:SignInsPerSecond must lie between 1 and 1,000,000.")]
    public int SignInsPerSecond { get; set; } = 10;

    /// <summary>How long a service may take until its answer begins, and between two parts of it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00",
        ErrorMessage = "Gateway:UpstreamTimeout must lie between 1 s and 10 min.")]
    public TimeSpan UpstreamTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often each replica is asked whether it is ready.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00",
        ErrorMessage = "Gateway:ProbeInterval must lie between 100 ms and 1 min.")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the names of replicas are looked up again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00",
        ErrorMessage = "Gateway:ResolveInterval must lie between 100 ms and 1 h.")]
    public TimeSpan ResolveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest request body, bytes.</summary>
    [Range(1024, 64 * 1024 * 1024, ErrorMessage = "Gateway:BodySizeBytesMax must lie between 1 KiB and 64 MiB.")]
    public long BodySizeBytesMax { get; set; } = 1024 * 1024;

    /// <summary>Networks whose clients' <c>traceparent</c> is continued; nobody's unless set.</summary>
    public string[] TrustTraceparentFrom { get; set; } = [];

    /// <summary>Networks of the load balancers before the gateway, whose word about the client counts.</summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>The file of routes; <c>routes.json</c> beside the program unless set.</summary>
    public string? RoutesFile { get; set; }

    /// <summary>A file that has canaries alone, as <c>tessera replace --canary</c> writes it; none unless set, and it
    /// may be absent.</summary>
    public string? CanariesFile { get; set; }

    /// <summary>How often these files are looked at for a change.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00",
        ErrorMessage = "Gateway:RoutesReadInterval must lie between 100 ms and 1 h.")]
    public TimeSpan RoutesReadInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Where the access log goes; standard output unless set.</summary>
    public string? AccessLogFile { get; set; }

    /// <summary>Whether requests are logged, one line each.</summary>
    public bool AccessLog { get; set; } = true;
}
