using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace Tessera.Gateway;

/// <summary>A new version of a service beside the old one, as <c>routes.json</c> has it.</summary>
/// <param name="Percent">How many of a hundred users get it; the same ones each time.</param>
/// <param name="Testers">Subjects of tokens who may choose by header, as operators may.</param>
internal sealed record Canary(
    string? Service, IReadOnlyList<string>? Addresses, int Percent = 0, IReadOnlyList<string>? Testers = null)
{
    /// <summary>What a tester asks for: <see cref="New"/> or <see cref="Old"/>.</summary>
    public const string Header = "Tessera-Release";
    public const string New = "canary";
    public const string Old = "stable";

    public bool IsAt(Uri address) => Addresses?.Any(each => new Uri(each) == address) == true;

    public bool IsFor(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(Header, out var asked) && MayChoose(context.User))
        {
            if (asked == New) return true;
            if (asked == Old) return false;
        }
        return Percent > 0 && (Percent == 100 || PlaceOf(LimitRate.ClientOf(context)) < Percent);
    }

    // The same on every gateway and after every restart; of each service other users, or some would get all that is
    // new.
    private int PlaceOf(string client)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Service} {client}"));
        return (int)(BitConverter.ToUInt32(hash) % 100);
    }

    private bool MayChoose(ClaimsPrincipal user) =>
        user.IsInRole("operator")
        || (user.FindFirstValue("sub") is { } subject && Testers?.Contains(subject) == true);
}
