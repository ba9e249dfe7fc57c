namespace Tessera.Gateway;

/// <summary>The encrypted endpoint, HTTP/1.1 and HTTP/2.</summary>
public sealed class HttpsOptions
{
    public const string Section = "Gateway:Https";

    /// <summary>Where it listens, such as <c>127.0.0.1:8443</c>; nowhere unless set.</summary>
    public string? Listen { get; set; }

    /// <summary>The number of a socket that who started the process listens on for it, instead of
    /// <see cref="Listen"/>: several gateways can share it, and what waits there outlives each of them.</summary>
    public long? Socket { get; set; }

    /// <summary>The certificate, a PEM or PFX file. Without it one is made, for this machine's own names and that of
    /// <c>Tessera:PublicUrl</c>, and kept in the data folder.</summary>
    public string? Certificate { get; set; }

    /// <summary>The key of a PEM certificate, where it is a file of its own.</summary>
    public string? Key { get; set; }

    /// <summary>Of the PFX file or the key, if it has one.</summary>
    public string? Password { get; set; }
}
