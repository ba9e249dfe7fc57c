using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>Reads a form as ASP.NET does, on demand, and refuses with status 400 what it cannot read and each text that
/// is not <see cref="PlainText"/>. Whoever asks for the form, a handler or the token server, gets only such, in their
/// composed form.</summary>
internal sealed class StrictForm(HttpRequest request) : IFormFeature
{
    private const int KeptBytesMax = 1024 * 1024;

    private readonly FormFeature _form = new(request);

    public bool HasFormContentType => _form.HasFormContentType;

    public IFormCollection? Form
    {
        get => _form.Form;
        set => _form.Form = value;
    }

    public IFormCollection ReadForm() =>
        throw new NotSupportedException("Request bodies are read asynchronously: use ReadFormAsync.");

    public async Task<IFormCollection> ReadFormAsync(CancellationToken cancellationToken)
    {
        var form = await ReadAsync(cancellationToken);
        foreach (var (name, values) in form)
        {
            if (PlainText.FaultOf(name) is { } misnamed)
                throw new BadHttpRequestException($"A name in the form: {misnamed}.");
            foreach (var text in values)
            {
                if (PlainText.FaultOf(text) is { } fault)
                    throw new BadHttpRequestException($"The form's member '{name}': {fault}.");
            }
        }
        if (form.All(member => CheckText.IsComposed(member.Value))) return form;
        return _form.Form = new FormCollection(
            form.ToDictionary(
                member => member.Key, member => CheckText.Composed(member.Value), StringComparer.OrdinalIgnoreCase),
            form.Files);
    }

    private async Task<IFormCollection> ReadAsync(CancellationToken stop)
    {
        // Kept in memory, for the reader does not say which member it stumbled over.
        if (IsUrlEncoded) request.EnableBuffering(KeptBytesMax, KeptBytesMax);
        try
        {
            return await _form.ReadFormAsync(stop);
        }
        catch (InvalidDataException unreadable)
        {
            if (await FindNulAsync(stop) is { } member)
                throw new BadHttpRequestException($"The form's {member}: U+0000 is not allowed in a text.", unreadable);
            throw new BadHttpRequestException($"The form cannot be read: {unreadable.Message}", unreadable);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form ends before its end.", broken);
        }
    }

    private bool IsUrlEncoded =>
        request.ContentType is { } type
        && type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first member that holds a NUL, which the reader of forms refuses without saying where.</summary>
    private async Task<string?> FindNulAsync(CancellationToken stop)
    {
        if (!IsUrlEncoded) return null;
        request.Body.Position = 0;
        using var text = new StreamReader(request.Body, leaveOpen: true);
        foreach (var pair in (await text.ReadToEndAsync(stop)).Split('&'))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = at < 0 ? (pair, "") : (pair[..at], pair[(at + 1)..]);
            if (HasNul(name)) return "member with a NUL in its name";
            if (HasNul(value)) return $"member '{Uri.UnescapeDataString(name.Replace('+', ' '))}'";
        }
        return null;
    }

    private static bool HasNul(string encoded) =>
        encoded.Contains("%00", StringComparison.Ordinal) || encoded.Contains('\0', StringComparison.Ordinal);
}
