namespace Tessera.Gateway;

/// <summary>Whose pages may call the store from a browser.</summary>
public sealed class CorsOptions
{
    public const string Section = "Gateway:Cors";

    /// <summary>Origins such as <c>https://partner.example</c>; nobody's unless set.</summary>
    public string[] Origins { get; set; } = [];

    /// <summary>How long a browser may remember what it is allowed.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);
}
