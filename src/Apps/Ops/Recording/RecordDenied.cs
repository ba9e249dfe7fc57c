using System.Security.Claims;

namespace Tessera.Ops.Recording;

/// <summary>Somebody who is signed in and no operator has asked for a page of the console, and was told that there is
/// none.</summary>
internal static class RecordDenied
{
    public static void Handle(HttpContext context) => context.RequestServices.GetRequiredService<OpsRecord>().Refused(
        context.User.FindFirstValue("sub"), context, "404: whoever asks is no operator");
}
