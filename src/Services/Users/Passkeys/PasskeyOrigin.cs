using Fido2NetLib;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Users.Passkeys;

/// <summary>The name that passkeys are bound to: that of <c>Tessera:PublicUrl</c>. A browser makes none for an address
/// of digits; for a store on loopback they are bound to <c>localhost</c>, by which it can be reached too.</summary>
internal sealed class PasskeyOrigin(IOptions<TesseraOptions> tessera)
{
    private const string Localhost = "localhost";

    public Fido2? Fido { get; } = NameOf(tessera.Value.PublicUri) is { } name
        ? new Fido2(new Fido2Configuration
        {
            RPID = name,
            RPName = "Tessera",
            Origins = new HashSet<string> { OriginOf(tessera.Value.PublicUri, name) },
        })
        : null;

    private static string? NameOf(Uri store) => store switch
    {
        { HostNameType: UriHostNameType.Dns } => store.Host,
        { IsLoopback: true } => Localhost,
        _ => null,
    };

    private static string OriginOf(Uri store, string name) =>
        new UriBuilder(store.Scheme, name, store.Port).Uri.GetLeftPart(UriPartial.Authority);
}
