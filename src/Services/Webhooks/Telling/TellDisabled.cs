using Microsoft.Extensions.Options;
using Tessera.MailDefaults;

namespace Tessera.Webhooks;

/// <summary>Queues the mails about an endpoint that is being disabled, in the transaction that does it: one disabling,
/// one mail to each, whatever dies.</summary>
internal sealed class TellDisabled(MailQueue mails, IOptions<WebhookOptions> options)
{
    public const string ToOperator = "disabled-to-operator";
    public const string ToContact = "disabled-to-contact";

    public void Tell(Endpoint endpoint)
    {
        if (options.Value.OperatorEmail is { Length: > 0 } to) mails.Add(KindOf(ToOperator, endpoint.Id), to);
        if (endpoint.Contact is { Length: > 0 } contact) mails.Add(KindOf(ToContact, endpoint.Id), contact);
    }

    /// <summary>What the mail is about stands in its kind: the queue knows no more of a mail.</summary>
    public static (string Kind, Guid Endpoint) Read(string kind)
    {
        var at = kind.LastIndexOf(':');
        return (kind[..at], Guid.Parse(kind[(at + 1)..]));
    }

    private static string KindOf(string kind, Guid endpoint) => $"{kind}:{endpoint}";
}
