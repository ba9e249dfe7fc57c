using Tessera.Ops.Calling;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages.Messaging;

/// <summary>What waits where, of each service.</summary>
internal static class ShowMessaging
{
    public static async Task<IResult> Handle(ReadSystem system, CancellationToken stop) =>
        Page.Show<MessagingPage>(
            StatusCodes.Status200OK, (nameof(MessagingPage.Told), await system.MessagingAsync(stop)));
}
