{{- define "concierge.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "concierge.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "concierge.labels" -}}
{{ include "concierge.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "concierge.secret" -}}
{{- .Values.secret.existing | default (include "concierge.fullname" .) -}}
{{- end -}}

{{- define "concierge.claim" -}}
{{- .Values.files.existingClaim | default (printf "%s-files" (include "concierge.fullname" .)) -}}
{{- end -}}

{{- /* An assistant listens on loopback alone, where the kubelet does not reach it: it is asked from inside. */ -}}
{{- define "concierge.probe" -}}
{{- if eq .kind "assistant" -}}
exec:
  command:
    - /opt/concierge/bin/python
    - -c
    - import urllib.request as u; u.urlopen('http://127.0.0.1:5007{{ .path }}', timeout=3)
{{- else -}}
httpGet: { path: {{ .path }}, port: http }
{{- end }}
timeoutSeconds: 5
{{- end -}}
