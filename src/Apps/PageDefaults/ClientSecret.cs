using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>What the pages prove themselves with to Users, which makes it at the first start of the store
/// unless it is given.</summary>
internal sealed class ClientSecret(PagesApp app, IOptions<TesseraOptions> tessera)
{
    private readonly string _file = Path.Combine(tessera.Value.DataDirectory, "clients", app.Client + ".secret");

    // Read each time: it is needed seldom, and Users may start after us.
    public string Read() =>
        tessera.Value.ClientSecrets.TryGetValue(app.Client, out var given) ? given : File.ReadAllText(_file).Trim();
}
