using MimeKit;
using Tessera.Testing;

namespace Tessera.Users.Tests;

/// <summary>The mails that Users has written, as their receivers read them.</summary>
internal static class Outbox
{
    /// <summary>Waits for the mail to this address with this subject; the latest, if there are several.</summary>
    public static async Task<MimeMessage> WaitForAsync(UsersProcess users, string recipient, string subject)
    {
        MimeMessage? found = null;
        await Eventually.HoldsAsync(
            $"the mail '{subject}' to {recipient} is there",
            () => (found = All(users, recipient).LastOrDefault(mail => mail.Subject == subject)) is not null);
        return found!;
    }

    public static IReadOnlyList<MimeMessage> All(UsersProcess users, string recipient)
    {
        var folder = users.Data.File("outbox");
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.GetFiles(folder, "*.eml").Order(StringComparer.Ordinal)
            .Select(file => MimeMessage.Load(file, TestContext.Current.CancellationToken))
            .Where(mail => mail.To.Mailboxes.Single().Address == recipient)];
    }

    /// <summary>The path and query of the mail's link.</summary>
    public static string LinkIn(MimeMessage mail)
    {
        var line = mail.TextBody!.Split('\n').Single(line => line.Contains("link=", StringComparison.Ordinal)).Trim();
        var link = new Uri(line);
        Assert.Equal("http://127.0.0.1:8080", link.GetLeftPart(UriPartial.Authority));
        return link.PathAndQuery;
    }
}
