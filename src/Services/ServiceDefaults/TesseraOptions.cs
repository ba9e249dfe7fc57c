using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Tessera.ServiceDefaults;

/// <summary>What all processes of one installation agree on.</summary>
public sealed class TesseraOptions
{
    public const string Section = "Tessera";

    /// <summary>Where the store is for its clients: the public address of the gateway, the <c>iss</c> of every token,
    /// and the beginning of every address that the token server publishes.</summary>
    [Required, RegularExpression(@"^https?://[^/?#\s]+/?\z", ErrorMessage =
        "Tessera:PublicUrl must be an address without path, such as https://shop.example.")]
    public string PublicUrl { get; set; } = "http://127.0.0.1:8080/";

    /// <summary><see cref="PublicUrl"/> in the form that tokens carry.</summary>
    public Uri PublicUri => new(PublicUrl);

    /// <summary>The <c>aud</c> of every access token.</summary>
    [Required] public string Audience { get; set; } = "tessera";

    /// <summary>From where, besides this machine, the gateway calls: networks such as <c>10.0.0.0/24</c>.
    /// What it says of a request's public address is believed from there only.</summary>
    public string[] GatewayNetworks { get; set; } = [];

    /// <summary>Whether what the peer says in <c>X-Forwarded-*</c> is the gateway's word.</summary>
    public bool IsGateway(IPAddress peer) =>
        IPAddress.IsLoopback(peer) || GatewayNetworks.Any(network => IPNetwork.Parse(network).Contains(peer));

    /// <summary>Where databases, keys and logs live: <c>DIR/orders/orders.db</c>, <c>DIR/keys/</c>.</summary>
    [Required] public string DataDirectory { get; set; } = ".tessera";

    /// <summary>A folder with secrets, one file each, named as the environment would name them:
    /// <c>Database__ConnectionString</c>. They say more than the environment. None unless set.</summary>
    public string? SecretsDirectory { get; set; }

    /// <summary>The secrets of the store's own clients (<c>web</c>, <c>console</c>, <c>scripts</c>), for processes
    /// that share no folder. Whom none is given for has it in <c>clients/</c> of <see cref="DataDirectory"/>, where
    /// Users makes it at the first start.</summary>
    public Dictionary<string, string> ClientSecrets { get; set; } = [];

    /// <summary>What the storefront and the console prove themselves with to the gateway, which has the same: what they
    /// ask for a visitor then counts as the visitor's, and their trace goes on. Without it they are a client like any
    /// other, with one rate for all who look at pages.</summary>
    [MinLength(32, ErrorMessage = "Tessera:PagesSecret must have 32 characters or more.")]
    public string? PagesSecret { get; set; }

    /// <summary>Who brings the tables of the service up to date.</summary>
    public SchemaChange Migrate { get; set; }

    /// <summary>Which run of which store the process belongs to. Who starts the processes gives them all the same;
    /// health tells it, and a request that was meant for another run is refused (<see
    /// cref="RefuseOtherStores"/>).</summary>
    public string? Instance { get; set; }

    /// <summary>With fewer bytes free where <see cref="DataDirectory"/> is, the process is not ready: its next write
    /// may fail. 0 never looks.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "Tessera:FreeDiskBytesMin must not be negative.")]
    public long FreeDiskBytesMin { get; set; } = 100 * 1024 * 1024;

    /// <summary>Where the published keys are kept for the time when Users is away.</summary>
    public string KeyDirectory => Path.Combine(DataDirectory, "keys");
}
