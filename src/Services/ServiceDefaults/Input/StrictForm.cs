using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tessera.ServiceDefaults;

/// <summary>Reads a form as ASP.NET does, on demand, and refuses with status 400 what it cannot read and each text that
/// is not <see cref="PlainText"/>. Whoever asks for the form, a handler or the token server, gets only such.</summary>
internal sealed class StrictForm(HttpRequest request) : IFormFeature
{
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
        return form;
    }

    private async Task<IFormCollection> ReadAsync(CancellationToken stop)
    {
        try
        {
            return await _form.ReadFormAsync(stop);
        }
        catch (InvalidDataException unreadable)
        {
            throw new BadHttpRequestException($"The form cannot be read: {unreadable.Message}", unreadable);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form ends before its end.", broken);
        }
    }
}
