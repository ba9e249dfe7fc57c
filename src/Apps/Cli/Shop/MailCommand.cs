using System.CommandLine;
using System.Globalization;
using MimeKit;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shop;

/// <summary>Shows the mails that a store without a mail server writes into its data folder.</summary>
internal static class MailCommand
{
    public static Command Create()
    {
        var which = new Argument<int?>("number")
        {
            Description = "Which mail to show, as the list counts; the list when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var to = new Option<string?>("--to") { Description = "Only mails to this address.", HelpName = "EMAIL" };
        var data = UpOptions.Data();
        var command = new Command("mail", "List the mails that the store has written, or show one.")
        {
            which, to, data,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var folder = Path.Combine(new RunFolder(parsed.GetRequiredValue(data)).Data, "outbox");
            var mails = await ReadAsync(folder, parsed.GetValue(to), stop);
            if (parsed.GetValue(which) is { } number) Show(mails, number);
            else List(mails, folder);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The latest last, so that it stands at the prompt; numbers count from the latest.</summary>
    private static void List(IReadOnlyList<MimeMessage> mails, string folder)
    {
        if (mails.Count == 0) Console.WriteLine($"No mail in {folder}.");
        for (var at = 0; at < mails.Count; at++)
        {
            var mail = mails[at];
            var date = mail.Date.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            Console.WriteLine($"{mails.Count - at,4}  {date}  {Plain(mail.To.ToString())}  {Plain(mail.Subject)}");
        }
    }

    private static void Show(IReadOnlyList<MimeMessage> mails, int number)
    {
        if (number < 1 || number > mails.Count)
            throw new UserError($"There is no mail {number}: there are {mails.Count}. `tessera mail` lists them.");
        var mail = mails[^number];
        Console.WriteLine($"To:      {Plain(mail.To.ToString())}");
        Console.WriteLine($"Date:    {mail.Date.ToString("R", CultureInfo.InvariantCulture)}");
        Console.WriteLine($"Subject: {Plain(mail.Subject)}");
        Console.WriteLine();
        foreach (var line in (mail.TextBody ?? "").Split('\n')) Console.WriteLine(Plain(line.TrimEnd('\r')));
    }

    internal static async Task<IReadOnlyList<MimeMessage>> ReadAsync(
        string folder, string? recipient, CancellationToken stop)
    {
        if (!Directory.Exists(folder)) return [];
        List<MimeMessage> mails = [];
        foreach (var file in Directory.GetFiles(folder, "*.eml").Order(StringComparer.Ordinal))
        {
            try
            {
                var mail = await MimeMessage.LoadAsync(file, stop);
                if (recipient is null || mail.To.Mailboxes.Any(box => IsSame(box.Address, recipient))) mails.Add(mail);
            }
            catch (Exception broken) when (broken is FormatException or IOException or UnauthorizedAccessException)
            {
                throw new UserError($"{file} cannot be read as a mail: {broken.Message}");
            }
        }
        return mails;
    }

    private static bool IsSame(string address, string other) =>
        address.Equals(other.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>A customer's name may hold what a terminal obeys.</summary>
    private static string Plain(string? text) =>
        string.Concat((text ?? "").Select(letter => char.IsControl(letter) ? '?' : letter));
}
