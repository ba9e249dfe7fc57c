using Microsoft.Extensions.Options;
using MimeKit;
using Tessera.MailDefaults;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Webhooks;

/// <summary>The words about an endpoint that was disabled.</summary>
internal sealed class WriteDisabledMail(
    IDatabase database, IOptions<WebhookOptions> webhooks, IOptions<MailOptions> options,
    IOptions<TesseraOptions> tessera) : IWriteMail
{
    public async Task<MimeMessage?> TryAsync(QueuedMail mail, CancellationToken stop)
    {
        var (kind, id) = TellDisabled.Read(mail.Kind);
        var found = await database.QueryAsync(
            $"select {Endpoint.Columns} from endpoints e where e.id = $1 and e.state <> 'Deleted'",
            [id], Endpoint.Read, stop);
        if (found.Count == 0) return null; // Nobody misses what is gone.
        var endpoint = found[0];
        var last = (await database.QueryAsync(
            """
            select fault from deliveries where endpoint = $1 and state = 'Failed' and attempts > 0
            order by ended_at desc limit 1
            """,
            [id], row => row.GetStringOrNull(0), stop)).FirstOrDefault();
        return Compose(mail, endpoint, TextFor(kind, endpoint, last));
    }

    private string TextFor(string kind, Endpoint endpoint, string? last)
    {
        var (hours, days) = (webhooks.Value.DisableAfter.TotalHours, webhooks.Value.KeptFor.TotalDays);
        var name = endpoint.Description is { Length: > 0 } words ? $"{endpoint.Url} ({words})" : endpoint.Url;
        var next = kind == TellDisabled.ToOperator
            ? $"Look at it here:\n\n{AddressOf($"ops/webhooks/{endpoint.Id}")}"
            : $"Mend it, then resume it:\n\nPOST {AddressOf($"api/v1/webhooks/{endpoint.Id}/resume")}";
        return $"""
            Hello,

            the webhook endpoint {name} took nothing for {hours:0.#} hours, so nothing is sent there any more.
            What was wrong last: {last ?? "it is not known."}

            {next}

            What happens meanwhile is kept as failed for {days:0.#} days, and can be redelivered once it is resumed.

            Tessera

            """;
    }

    private string AddressOf(string path) => new Uri(tessera.Value.PublicUri, path).AbsoluteUri;

    private MimeMessage Compose(QueuedMail mail, Endpoint endpoint, string text)
    {
        var message = new MimeMessage
        {
            Subject = $"A webhook endpoint is disabled: {new Uri(endpoint.Url).Host}",
            Date = mail.QueuedAt,
            MessageId = $"{mail.Id:D}@{tessera.Value.PublicUri.Host}",
            Body = new TextPart("plain") { Text = text },
        };
        message.From.Add(MailboxAddress.Parse(options.Value.From));
        message.To.Add(new MailboxAddress("", mail.Recipient));
        // Nobody's absence notice shall answer (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }
}
