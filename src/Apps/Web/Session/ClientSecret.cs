using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Web.Session;

/// <summary>What the storefront proves itself with to Users, which makes it at the first start of the store.</summary>
internal sealed class ClientSecret(IOptions<TesseraOptions> tessera)
{
    public const string Client = "web";

    private readonly string _file = Path.Combine(tessera.Value.DataDirectory, "clients", Client + ".secret");

    // Read each time: it is needed seldom, and Users may start after us.
    public string Read() => File.ReadAllText(_file).Trim();
}
