{{/*
What runs, as data: for each component its command, its settings, the database roles it logs in as and
what it may reach. Deployments, NetworkPolicies, ServiceAccounts, HPAs and PDBs are all made from this.
The commands are those of `fyrklang up`; tests/helm holds them to it.
*/}}
{{- define "fyrklang.components" -}}
web:
  command: [python, -m, gunicorn, --config, "python:fyrklang.kernel.web_server", --worker-tmp-dir, /dev/shm, --bind, "0.0.0.0:8000", "fyrklang.app:wsgi()"]
  settings: {{ toJson .Values.web }}
  roles: [app, auth, council]
  reaches: [database, valkey, issuers]
{{- range $queue, $settings := .Values.workers }}
worker-{{ $queue }}:
  command: [python, -m, fyrklang.cli, jobs, worker, --queue, {{ $queue }}]
  settings: {{ toJson $settings }}
  {{- /* Sealing the log is work for this queue: a role of its own, and a copy outside the database. */}}
  roles: {{ ternary "[worker, audit_writer]" "[worker]" (eq $queue "batch") }}
  keepsSeals: {{ eq $queue "batch" }}
  reaches: [database, valkey]
{{- end }}
relay:
  command: [python, -m, fyrklang.cli, jobs, relay]
  settings: {{ toJson .Values.relay }}
  roles: [relay]
  reaches: [database, valkey]
scheduler:
  command: [python, -m, fyrklang.cli, jobs, scheduler]
  settings: {{ toJson .Values.scheduler }}
  roles: [relay]
  reaches: [database]
{{- end }}

{{/* Login roles, as fyrklang.kernel.config.ROLES has them. */}}
{{- define "fyrklang.roles" -}}
[migrator, app, worker, auth, relay, audit_writer, council, backup]
{{- end }}

{{- define "fyrklang.name" -}}
{{- if contains "fyrklang" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-fyrklang" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "fyrklang.cluster" -}}
{{ include "fyrklang.name" . }}-db
{{- end }}

{{/* Takes (root, component). */}}
{{- define "fyrklang.selector" -}}
app.kubernetes.io/name: fyrklang
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "fyrklang.labels" -}}
{{ include "fyrklang.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ (index . 0).Chart.Name }}-{{ (index . 0).Chart.Version }}
{{- end }}

{{- define "fyrklang.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* Pod security at the level `restricted`. The user's number is the Containerfile's. */}}
{{- define "fyrklang.podSecurity" -}}
automountServiceAccountToken: false
# The links would set FYRKLANG_PORT and its like, which are settings of ours.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "fyrklang.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "fyrklang.scheduling" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.scheduling.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .Values.scheduling.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with .Values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Host, port, database and how the server is recognised; no user and no password. */}}
{{- define "fyrklang.databasePlace" -}}
{{- with .Values.database -}}
{{- if eq .mode "cloudnativepg" -}}
{{ include "fyrklang.cluster" $ }}-rw:5432/{{ .name }}?sslmode=verify-full&sslrootcert=/etc/fyrklang/ca/ca.crt
{{- else -}}
{{ .external.host }}:{{ .external.port }}/{{ .name }}?sslmode={{ .external.sslMode }}{{ if .external.caSecret }}&sslrootcert=/etc/fyrklang/ca/ca.crt{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "fyrklang.caSecret" -}}
{{- if eq .Values.database.mode "cloudnativepg" }}{{ include "fyrklang.cluster" . }}-ca{{ else }}{{ .Values.database.external.caSecret }}{{ end }}
{{- end }}

{{/* Takes (name, Secret, key). */}}
{{- define "fyrklang.fromSecret" -}}
- name: {{ index . 0 }}
  valueFrom: { secretKeyRef: { name: {{ index . 1 }}, key: {{ index . 2 }} } }
{{- end }}

{{/* Settings every process reads. Takes (root, roles). A role's address is given only to those that use it. */}}
{{- define "fyrklang.env" -}}
{{- $ := index . 0 -}}
{{ include "fyrklang.fromSecret" (list "FYRKLANG_SECRET_KEY" $.Values.secretKey.existingSecret $.Values.secretKey.key) }}
{{- with $.Values.fieldKeys.existingSecret }}
{{ include "fyrklang.fromSecret" (list "FYRKLANG_FIELD_KEYS" . $.Values.fieldKeys.key) }}
{{- end }}
{{ include "fyrklang.fromSecret" (list "FYRKLANG_REDIS_URL" $.Values.valkey.existingSecret "url") }}
- name: FYRKLANG_BASE_URL
  value: https://{{ $.Values.host }}
{{- if $.Values.database.citus }}
- name: FYRKLANG_CITUS
  value: "1"
{{- end }}
{{- range $role := index . 1 }}
{{- if $.Values.database.roleUrlsSecret }}
{{ include "fyrklang.fromSecret" (list (printf "FYRKLANG_DATABASE_URL_%s" (upper $role)) $.Values.database.roleUrlsSecret $role) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "fyrklang.mounts" -}}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  {{- if include "fyrklang.caSecret" . }}
  - { name: ca, mountPath: /etc/fyrklang/ca, readOnly: true }
  {{- end }}
{{- end }}

{{- define "fyrklang.volumes" -}}
volumes:
  - name: tmp
    emptyDir: { sizeLimit: 512Mi }
  {{- with include "fyrklang.caSecret" . }}
  - name: ca
    secret:
      secretName: {{ . }}
      items: [{ key: ca.crt, path: ca.crt }]
  {{- end }}
{{- end }}

{{/* Takes (root, one of: database, valkey, issuers, dns). One egress rule. */}}
{{- define "fyrklang.egress" -}}
{{- $ := index . 0 -}}
{{- $to := index . 1 -}}
{{- $port := 443 -}}
{{- $peers := $.Values.oidc.peers -}}
{{- if eq $to "database" -}}
  {{- $port = ternary 5432 $.Values.database.external.port (eq $.Values.database.mode "cloudnativepg") -}}
  {{- $own := list (dict "podSelector" (dict "matchLabels" (dict "cnpg.io/cluster" (include "fyrklang.cluster" $)))) -}}
  {{- $peers = ternary $own $.Values.database.external.peers (eq $.Values.database.mode "cloudnativepg") -}}
{{- else if eq $to "valkey" -}}
  {{- $port = ternary 6379 $.Values.valkey.external.port (eq $.Values.valkey.mode "own") -}}
  {{- $own := list (dict "podSelector" (dict "matchLabels" (include "fyrklang.selector" (list $ "valkey") | fromYaml))) -}}
  {{- $peers = ternary $own $.Values.valkey.external.peers (eq $.Values.valkey.mode "own") -}}
{{- end -}}
{{- if eq $to "dns" }}
- to: {{ toJson $.Values.dns.peers }}
  ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
{{- else }}
- to: {{ toJson $peers }}
  ports: [{ protocol: TCP, port: {{ $port }} }]
{{- end }}
{{- end }}

{{/* What one value says about another, which a schema cannot. */}}
{{- define "fyrklang.checks" -}}
{{- range $name, $it := include "fyrklang.components" . | fromYaml }}
{{- with $it.settings.autoscaling }}
{{- if lt (int .maxReplicas) (int .minReplicas) }}
{{- fail (printf "%s: maxReplicas (%d) är mindre än minReplicas (%d)." $name (int .maxReplicas) (int .minReplicas)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
